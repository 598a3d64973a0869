//! Runs every ```` ```python ```` block of the README and of `docs/`. If the next block of the file is a ```` ```text ````
//! block, it is what the program prints; without one the program only has to succeed.

mod common;

use common::{Folder, run_with, vasuki};
use std::path::{Path, PathBuf};

/// A fenced block of a Markdown file.
struct Block {
    /// line of the opening fence, from 1
    line: usize,
    language: String,
    text: String,
}
fn blocks(markdown: &str) -> Vec<Block> {
    let mut all = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in markdown.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    line: i + 1,
                    language: language.trim().into(),
                    text: String::new(),
                });
            }
            (None, None) => {}
            (Some(_), Some(_)) => all.extend(open.take()),
            (Some(b), None) => {
                b.text.push_str(line);
                b.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    all
}
/// The README and the book.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root.join("docs"))
        .expect("docs/ is there")
        .map(|e| e.expect("an entry can be read").path())
        .filter(|p| p.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

#[test]
fn examples_do_what_the_page_says() {
    let folder = Folder::new();
    let mut failures = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a page is text");
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let all = blocks(&text);
        for (i, block) in all.iter().enumerate().filter(|(_, b)| b.language == "python") {
            count += 1;
            let program = folder.file(&format!("{name}_{}.py", block.line), &block.text);
            let outcome = run_with(vasuki().arg(program), b"");
            let expected = all.get(i + 1).filter(|b| b.language == "text").map(|b| &b.text);
            if outcome.code != 0 || expected.is_some_and(|e| *e != outcome.stdout) {
                failures.push(format!(
                    "{name}, line {}: exit code {}, printed\n{}{}",
                    block.line, outcome.code, outcome.stdout, outcome.stderr
                ));
            }
        }
    }
    assert!(count > 0, "no examples");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Links between the pages lead to files that are there.
#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a page is text");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let folder = page.parent().expect("a page is in a folder");
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
