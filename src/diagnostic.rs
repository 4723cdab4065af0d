//! The diagnostic: the one value that every problem is, whether a policy, a rule file or the run itself has it.
//!
//! Renderers read it; nothing here knows how it will look.

use crate::source::Span;

/// How bad it is. The order is from mild to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// The policy touches the matter but does not answer it.
    Warning,
    /// The policy lacks what it must have, or the input cannot be used.
    Error,
}

impl Severity {
    /// All of them, from mild to bad.
    pub const ALL: [Self; 3] = [Self::Advice, Self::Warning, Self::Error];

    /// The name, as rule files and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with a word on what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub message: String,
}

impl Label {
    /// A label with a message.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// One problem, at one place, with other places that explain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's id, or what kind of mistake it is ("rule-file/pattern").
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The place that the problem is at.
    pub primary: Label,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: impl Into<String>, message: impl Into<String>, primary: Label) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            message: message.into(),
            primary,
            related: Vec::new(),
            help: None,
        }
    }

    /// The same with a word on what to do.
    #[must_use]
    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
