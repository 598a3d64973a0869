//! `func_type`: the signature in a type comment, `(int, *str, **Any) -> bool`.

use super::build::{Builder, Places};
use super::grammar::Node;
use ruff_python_ast::{Arguments, Expr, Mod};
use ruff_text_size::{Ranged, TextSize};
use vasuki_compiler::error::SyntaxError;
use vasuki_compiler::literal::Literals;
use vasuki_compiler::syntax::Start;
use vasuki_compiler::tokenizer::{Tokenizer, kind};
use vasuki_compiler::tree;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::trees::Request;
use vasuki_vm::types::buffer::ValueVec;

/// Number of the token `->`.
const ARROW: u8 = 51;

/// The tree of a signature.
pub(super) fn parse(th: &mut Thread, b: &Builder, r: &Request) -> R {
    let source = b.literals.source;
    let Some((close, after)) = split(source) else {
        return Err(refuse(th, source, r));
    };
    // The parameters become the arguments of a call; what is before the result becomes blanks.
    let blank = |text: &str| -> String { text.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect() };
    let text = format!("_{}", &source[..close]);
    let returns = format!("({}{}\n)", blank(&source[..after]).get(1..).unwrap_or(""), &source[after..]);
    let (Ok(Mod::Expression(params)), Ok(Mod::Expression(returns))) = (
        tree::parse(&text, r.filename, Start::Eval, &mut Vec::new()),
        tree::parse(&returns, r.filename, Start::Eval, &mut Vec::new()),
    ) else {
        return Err(refuse(th, source, r));
    };
    let Expr::Call(call) = &*params.body else {
        return Err(refuse(th, source, r));
    };
    if !fits(&call.arguments) {
        return Err(refuse(th, source, r));
    }
    let mut places = Places::of_source(&text);
    if let Places::Source(lines) = &mut places {
        lines[0] = 1;
    }
    let of_params = Builder {
        all: b.all,
        literals: Literals {
            source: &text,
            consts: &[],
        },
        places,
        optimize: None,
        comments: None,
    };
    let mut types = ValueVec::new();
    for e in &call.arguments.args {
        let e = match e {
            Expr::Starred(s) => &s.value,
            e => e,
        };
        let e = of_params.expr(th, e)?;
        types.push(th, e)?;
    }
    for k in &call.arguments.keywords {
        let e = of_params.expr(th, &k.value)?;
        types.push(th, e)?;
    }
    let types = th.new_list_vec(types);
    let returns = b.expr(th, &returns.body)?;
    b.make(th, Node::FunctionType, &[types, returns])
}
fn refuse(th: &mut Thread, source: &str, r: &Request) -> vasuki_vm::throw::Throw {
    super::raise(th, SyntaxError::at(source, 0, 0, "invalid syntax").in_file(r.filename))
}
/// Plain types come first, then one with a star, one with two.
fn fits(a: &Arguments) -> bool {
    let plain = a.args.iter().take_while(|e| !e.is_starred_expr()).count();
    let last = a.args.last().map_or(TextSize::new(0), |e| e.end());
    a.args.len() - plain <= 1 && a.keywords.len() <= 1 && a.keywords.iter().all(|k| k.arg.is_none() && k.start() >= last)
}
/// Offsets after the closing parenthesis and after the arrow.
fn split(source: &str) -> Option<(usize, usize)> {
    let mut tokens = Tokenizer::new(source, false);
    let first = tokens.next_token().ok()?;
    if first.kind != kind::LPAR {
        return None;
    }
    let mut last = first;
    loop {
        let t = tokens.next_token().ok()?;
        match t.kind {
            ARROW if t.level == 0 => return Some((last.end, t.end)),
            kind::ENDMARKER => return None,
            _ => last = t,
        }
    }
}
