//! Python's abstract grammar, declared once: the classes, their fields and documentation come from this table, and the
//! conversions name nodes by [`Node`].

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// exactly once
    One,
    /// `?`: or None
    Optional,
    /// `*`: a list
    Many,
    /// `?*`: a list in which None may stand
    ManyOrNone,
}

/// A field of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// name of its type
    pub of: &'static str,
    /// how often
    pub times: Times,
    /// its name
    pub name: &'static str,
}

/// A class of nodes with fields.
#[derive(Debug)]
pub(super) struct NodeDef {
    /// its name
    pub name: &'static str,
    /// fields as the grammar writes them: `type[?*] name, ...`
    pub fields: &'static str,
}
impl NodeDef {
    /// The fields.
    pub(super) fn list(&self) -> Vec<Field> {
        fields(self.fields)
    }
    /// `Name(type field, ...)`
    pub(super) fn doc(&self) -> String {
        if self.fields.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}({})", self.name, self.fields)
        }
    }
}
/// Reads a list of fields.
pub(super) fn fields(text: &'static str) -> Vec<Field> {
    text.split(", ").filter_map(|f| f.split_once(' ')).map(one).collect()
}
fn one((ty, name): (&'static str, &'static str)) -> Field {
    let (of, times) = if let Some(of) = ty.strip_suffix("?*") {
        (of, Times::ManyOrNone)
    } else if let Some(of) = ty.strip_suffix('?') {
        (of, Times::Optional)
    } else if let Some(of) = ty.strip_suffix('*') {
        (of, Times::Many)
    } else {
        (ty, Times::One)
    };
    Field { of, times, name }
}

/// What a type of the grammar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// a class with subclasses, one for each alternative
    Sum,
    /// the same, and no alternative has fields: their instances are shared
    Simple,
    /// one class
    Product,
}

/// A type of the grammar.
#[derive(Debug)]
pub(super) struct SumDef {
    /// its name
    pub name: &'static str,
    /// what it is
    pub form: Form,
    /// alternatives, as indices of [`NODES`]
    pub nodes: std::ops::Range<usize>,
    /// fields that all alternatives have besides their own
    pub attributes: &'static str,
}

/// Where a node stands in the source.
const PLACE: &str = "int lineno, int col_offset, int? end_lineno, int? end_col_offset";
/// The same for nodes that must know their end.
const PLACE_WITH_END: &str = "int lineno, int col_offset, int end_lineno, int end_col_offset";

macro_rules! grammar {
    ($($form:ident $sum:ident $attributes:expr => { $($node:ident $fields:literal)* })*) => {
        /// A class of nodes that can have instances in a tree.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(non_camel_case_types, reason = "names of Python's grammar")]
        pub(super) enum Node { $($($node,)*)* }
        impl Node {
            /// All of them.
            pub(super) const ALL: &'static [Node] = &[$($(Node::$node,)*)*];
        }
        /// The classes with fields, by [`Node`].
        pub(super) static NODES: &[NodeDef] = &[$($(NodeDef { name: stringify!($node), fields: $fields },)*)*];
        /// The types of the grammar.
        pub(super) static SUMS: std::sync::LazyLock<Vec<SumDef>> = std::sync::LazyLock::new(|| {
            let mut at = 0;
            let mut next = |n: usize| { at += n; at - n..at };
            vec![$(SumDef {
                name: stringify!($sum),
                form: Form::$form,
                nodes: next([$(stringify!($node)),*].len()),
                attributes: $attributes,
            },)*]
        });
    };
}

grammar! {
    Sum mod "" => {
        Module "stmt* body, type_ignore* type_ignores"
        Interactive "stmt* body"
        Expression "expr body"
        FunctionType "expr* argtypes, expr returns"
    }
    Sum stmt PLACE => {
        FunctionDef "identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params"
        AsyncFunctionDef "identifier name, arguments args, stmt* body, expr* decorator_list, expr? returns, string? type_comment, type_param* type_params"
        ClassDef "identifier name, expr* bases, keyword* keywords, stmt* body, expr* decorator_list, type_param* type_params"
        Return "expr? value"
        Delete "expr* targets"
        Assign "expr* targets, expr value, string? type_comment"
        TypeAlias "expr name, type_param* type_params, expr value"
        AugAssign "expr target, operator op, expr value"
        AnnAssign "expr target, expr annotation, expr? value, int simple"
        For "expr target, expr iter, stmt* body, stmt* orelse, string? type_comment"
        AsyncFor "expr target, expr iter, stmt* body, stmt* orelse, string? type_comment"
        While "expr test, stmt* body, stmt* orelse"
        If "expr test, stmt* body, stmt* orelse"
        With "withitem* items, stmt* body, string? type_comment"
        AsyncWith "withitem* items, stmt* body, string? type_comment"
        Match "expr subject, match_case* cases"
        Raise "expr? exc, expr? cause"
        Try "stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody"
        TryStar "stmt* body, excepthandler* handlers, stmt* orelse, stmt* finalbody"
        Assert "expr test, expr? msg"
        Import "alias* names"
        ImportFrom "identifier? module, alias* names, int? level"
        Global "identifier* names"
        Nonlocal "identifier* names"
        Expr "expr value"
        Pass ""
        Break ""
        Continue ""
    }
    Sum expr PLACE => {
        BoolOp "boolop op, expr* values"
        NamedExpr "expr target, expr value"
        BinOp "expr left, operator op, expr right"
        UnaryOp "unaryop op, expr operand"
        Lambda "arguments args, expr body"
        IfExp "expr test, expr body, expr orelse"
        Dict "expr?* keys, expr* values"
        Set "expr* elts"
        ListComp "expr elt, comprehension* generators"
        SetComp "expr elt, comprehension* generators"
        DictComp "expr key, expr value, comprehension* generators"
        GeneratorExp "expr elt, comprehension* generators"
        Await "expr value"
        Yield "expr? value"
        YieldFrom "expr value"
        Compare "expr left, cmpop* ops, expr* comparators"
        Call "expr func, expr* args, keyword* keywords"
        FormattedValue "expr value, int conversion, expr? format_spec"
        Interpolation "expr value, constant str, int conversion, expr? format_spec"
        JoinedStr "expr* values"
        TemplateStr "expr* values"
        Constant "constant value, string? kind"
        Attribute "expr value, identifier attr, expr_context ctx"
        Subscript "expr value, expr slice, expr_context ctx"
        Starred "expr value, expr_context ctx"
        Name "identifier id, expr_context ctx"
        List "expr* elts, expr_context ctx"
        Tuple "expr* elts, expr_context ctx"
        Slice "expr? lower, expr? upper, expr? step"
    }
    Simple expr_context "" => { Load "" Store "" Del "" }
    Simple boolop "" => { And "" Or "" }
    Simple operator "" => {
        Add "" Sub "" Mult "" MatMult "" Div "" Mod "" Pow "" LShift "" RShift "" BitOr "" BitXor "" BitAnd "" FloorDiv ""
    }
    Simple unaryop "" => { Invert "" Not "" UAdd "" USub "" }
    Simple cmpop "" => { Eq "" NotEq "" Lt "" LtE "" Gt "" GtE "" Is "" IsNot "" In "" NotIn "" }
    Product comprehension "" => { comprehension "expr target, expr iter, expr* ifs, int is_async" }
    Sum excepthandler PLACE => { ExceptHandler "expr? type, identifier? name, stmt* body" }
    Product arguments "" => {
        arguments "arg* posonlyargs, arg* args, arg? vararg, arg* kwonlyargs, expr?* kw_defaults, arg? kwarg, expr* defaults"
    }
    Product arg PLACE => { arg "identifier arg, expr? annotation, string? type_comment" }
    Product keyword PLACE => { keyword "identifier? arg, expr value" }
    Product alias PLACE => { alias "identifier name, identifier? asname" }
    Product withitem "" => { withitem "expr context_expr, expr? optional_vars" }
    Product match_case "" => { match_case "pattern pattern, expr? guard, stmt* body" }
    Sum pattern PLACE_WITH_END => {
        MatchValue "expr value"
        MatchSingleton "constant value"
        MatchSequence "pattern* patterns"
        MatchMapping "expr* keys, pattern* patterns, identifier? rest"
        MatchClass "expr cls, pattern* patterns, identifier* kwd_attrs, pattern* kwd_patterns"
        MatchStar "identifier? name"
        MatchAs "pattern? pattern, identifier? name"
        MatchOr "pattern* patterns"
    }
    Sum type_ignore "" => { TypeIgnore "int lineno, string tag" }
    Sum type_param PLACE_WITH_END => {
        TypeVar "identifier name, expr? bound, expr? default_value"
        ParamSpec "identifier name, expr? default_value"
        TypeVarTuple "identifier name, expr? default_value"
    }
}
