//! What a parser finds in a document.

/// Identifiers of something outside.
#[derive(Clone, Default, Debug)]
pub(super) struct External {
    pub system: Option<String>,
    pub public: Option<String>,
}
/// What an element may contain.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub kind: i64,
    pub quantifier: i64,
    pub name: Option<String>,
    pub children: Vec<Model>,
}
/// An attribute of an element.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub name: String,
    pub value: String,
    /// in the document, not only a default of the declaration
    pub specified: bool,
}
/// A part of a document.
#[derive(Clone, Debug)]
pub(super) enum Event {
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i64,
    },
    Pi(String, String),
    Comment(String),
    NotStandalone,
    StartDoctype {
        name: String,
        id: External,
        internal: bool,
    },
    EndDoctype,
    ElementDecl(String, Model),
    AttlistDecl {
        element: String,
        name: String,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    NotationDecl(String, External),
    EntityDecl {
        name: String,
        parameter: bool,
        value: Option<String>,
        id: External,
        notation: Option<String>,
    },
    StartNamespace(Option<String>, Option<String>),
    EndNamespace(Option<String>),
    Start(String, Vec<Attribute>),
    End(String),
    Text(String),
    StartCdata,
    EndCdata,
    ExternalEntity(Option<String>, External),
    Skipped(String, bool),
    /// only for the default handler
    Other,
}
/// A part and the text that it is made from.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub event: Event,
    pub raw: String,
}
