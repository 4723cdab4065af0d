//! The compact forms of built-in files: what the build script made of them, which is known to be right.

use serde::de::DeserializeOwned;

use super::{Examples, Layer, Role, RuleSource};

/// What a built-in file holds, examples left out, in JSON.
#[derive(Clone, Copy, Debug)]
pub struct Compact {
    pub(in crate::rule) written: &'static str,
    /// With numbers in the place of patterns, by which what they were compiled to is found.
    pub(in crate::rule) numbered: &'static str,
}

/// From which of its forms a built-in file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it stands, with the examples.
    Whole,
    /// With its patterns as they are written.
    Written,
    /// With numbers for its patterns: what was compiled when the program was built holds with the vocabulary that was there
    /// then.
    Numbered,
}

impl Form {
    /// From which form the phrases of a language are read.
    pub(super) fn of(sources: &[RuleSource], language: Option<&str>, examples: Examples) -> Self {
        let is_own_vocabulary = |given: &RuleSource| {
            given.role == Role::Vocabulary && given.layer == Layer::User && given.language.as_deref() == language
        };
        match examples {
            Examples::Read => Self::Whole,
            Examples::Skip if sources.iter().any(is_own_vocabulary) => Self::Written,
            Examples::Skip => Self::Numbered,
        }
    }

    /// Reads a file from its compact form, where that is asked for and there is one.
    pub(super) fn read<T: DeserializeOwned>(self, given: &RuleSource) -> Option<T> {
        let compact = given.compact?;
        match self {
            Self::Whole => None,
            Self::Written => Some(compact.written),
            Self::Numbered => Some(compact.numbered),
        }
        .map(|json| {
            serde_json::from_str(json).expect("internal: a built-in file has the shape that a test holds it to")
        })
    }
}
