//! Words that a configuration requires: for each of its names a rule, `required/NAME`, that asks for one of the phrases.
//!
//! The rules are made of the configuration itself, so that what is wrong with the words is told where they were written.

use std::collections::BTreeMap;
use std::ops::Range;

use super::shape::{Kind, MessageFields, PhraseFields, RuleFields, SeverityName};
use crate::rule::{RuleId, pattern_error};
use crate::source::SourceFile;
use crate::yaml::{self, find};

/// The key that they are written under.
pub(super) const REQUIRED: &str = "required-vocabulary";

/// The rules of a configuration, each with the place of its name. What the configuration was told to be wrong is left out.
pub(super) fn required_rules(source: &SourceFile) -> impl Iterator<Item = (Range<usize>, Box<RuleFields>)> {
    let mut required: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for piece in yaml::pieces(source, "config", &mut Vec::new()).iter().filter(|piece| piece.key == REQUIRED) {
        // Its mistakes were told when the configuration was read.
        let _ = yaml::read_piece(piece, source, "config", &mut required);
    }
    required.into_iter().filter_map(|(name, mut phrases)| {
        phrases.retain(|phrase| pattern_error(phrase).is_none());
        let id = format!("required/{name}");
        if phrases.is_empty() || RuleId::parse(&id).is_none() {
            return None;
        }
        let shown = phrases.iter().map(|phrase| format!("`{phrase}`")).collect::<Vec<_>>().join(", ");
        let fields = RuleFields {
            id,
            title: format!("Required words: {name}"),
            kind: Kind::Disclosure,
            severity: Some(SeverityName::Error),
            cite: vec![source.name().to_owned()],
            why: "The configuration asks for these words.".to_owned(),
            evidence: phrases.into_iter().map(PhraseFields::Pattern).collect(),
            message: MessageFields {
                missing: Some(format!("the policy does not use the words that `{name}` requires")),
                ..MessageFields::default()
            },
            help: format!("Use one of: {shown}."),
            ..RuleFields::default()
        };
        Some((find(source, REQUIRED, &name), Box::new(fields)))
    })
}
