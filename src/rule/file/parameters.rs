//! From a check's name and parameters to the check: each has the parameters that it needs, and no other.

use std::collections::BTreeMap;

use time::Duration;

use super::build::Build;
use super::shape::{CheckName, ParameterFields};
use crate::rule::{Patterns, StructureCheck, Words};
use crate::yaml::{OneOrMore, find};

impl ParameterFields {
    /// The names of those that a file gives.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        let names = [
            ("patterns", self.patterns.is_some()),
            ("except", self.except.is_some()),
            ("domains", self.domains.is_some()),
            ("days", self.days.is_some()),
            ("words", self.words.is_some()),
            ("lix", self.lix.is_some()),
            ("terms", self.terms.is_some()),
            ("defining", self.defining.is_some()),
            ("acronyms", self.acronyms.is_some()),
        ];
        names.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// The parameters that a check must have, and those that it can have besides.
fn takes(check: CheckName) -> (&'static [&'static str], &'static [&'static str]) {
    match check {
        CheckName::StaleDate => (&["patterns", "days"], &["except"]),
        CheckName::FutureDate
        | CheckName::NoDate
        | CheckName::Placeholder
        | CheckName::CutOffSentence
        | CheckName::MissingList
        | CheckName::BrokenReference => (&["patterns"], &["except"]),
        CheckName::MissingHeading | CheckName::MisplacedHeading => (&["patterns"], &[]),
        CheckName::ExampleAddress => (&["domains"], &["except"]),
        CheckName::RepeatedParagraph | CheckName::LongSentence | CheckName::LongSection => (&["words"], &[]),
        CheckName::HardSection => (&["words", "lix"], &[]),
        CheckName::UndefinedTerm => (&["terms", "defining"], &[]),
        CheckName::UnusedTerm => (&["defining"], &[]),
        CheckName::UndefinedAcronym => (&["acronyms"], &[]),
        CheckName::ImpossibleDate
        | CheckName::MisdecodedText
        | CheckName::HiddenCharacter
        | CheckName::MixedScript
        | CheckName::UnbalancedBracket
        | CheckName::UnbalancedQuote
        | CheckName::RepeatedHeading
        | CheckName::QuestionInList
        | CheckName::EmptySection
        | CheckName::BrokenContentsEntry
        | CheckName::BrokenAnchor
        | CheckName::EmptyLink
        | CheckName::UnusedSuppression
        | CheckName::ExpiredSuppression
        | CheckName::MalformedSuppression => (&[], &[]),
    }
}

impl Build<'_, '_> {
    /// The check of a structure rule; nothing where its parameters are not what it takes, which is reported.
    pub(super) fn structure_check(&mut self, check: CheckName, given: ParameterFields) -> Option<StructureCheck> {
        self.refuse_other_parameters(check, &given);
        Some(match check {
            CheckName::ImpossibleDate => StructureCheck::ImpossibleDate,
            CheckName::FutureDate => StructureCheck::FutureDate { own: self.words(&given) },
            CheckName::StaleDate => {
                let age = Duration::days(i64::from(given.days?));
                StructureCheck::StaleDate { own: self.words(&given), age }
            }
            CheckName::NoDate => StructureCheck::NoDate { own: self.words(&given) },
            CheckName::Placeholder => StructureCheck::Placeholder { words: self.words(&given) },
            CheckName::MisdecodedText => StructureCheck::MisdecodedText,
            CheckName::HiddenCharacter => StructureCheck::HiddenCharacter,
            CheckName::MixedScript => StructureCheck::MixedScript,
            CheckName::ExampleAddress => StructureCheck::ExampleAddress {
                domains: given.domains?,
                except: self.patterns(given.except.as_deref()),
            },
            CheckName::CutOffSentence => StructureCheck::CutOffSentence { words: self.words(&given) },
            CheckName::MissingList => StructureCheck::MissingList { words: self.words(&given) },
            CheckName::UnbalancedBracket => StructureCheck::UnbalancedBracket,
            CheckName::UnbalancedQuote => StructureCheck::UnbalancedQuote,
            CheckName::RepeatedHeading => StructureCheck::RepeatedHeading,
            CheckName::QuestionInList => StructureCheck::QuestionInList,
            CheckName::MissingHeading => {
                StructureCheck::MissingHeading { headings: self.patterns(given.patterns.as_deref()) }
            }
            CheckName::MisplacedHeading => {
                StructureCheck::MisplacedHeading { order: self.patterns(given.patterns.as_deref()) }
            }
            CheckName::EmptySection => StructureCheck::EmptySection,
            CheckName::RepeatedParagraph => StructureCheck::RepeatedParagraph { words: number(given.words)? },
            CheckName::BrokenReference => StructureCheck::BrokenReference { words: self.words(&given) },
            CheckName::BrokenContentsEntry => StructureCheck::BrokenContentsEntry,
            CheckName::BrokenAnchor => StructureCheck::BrokenAnchor,
            CheckName::EmptyLink => StructureCheck::EmptyLink,
            CheckName::UnusedSuppression => StructureCheck::UnusedSuppression,
            CheckName::ExpiredSuppression => StructureCheck::ExpiredSuppression,
            CheckName::MalformedSuppression => StructureCheck::MalformedSuppression,
            CheckName::LongSentence => StructureCheck::LongSentence { words: number(given.words)? },
            CheckName::LongSection => StructureCheck::LongSection { words: number(given.words)? },
            CheckName::HardSection => {
                StructureCheck::HardSection { words: number(given.words)?, lix: number(given.lix)? }
            }
            CheckName::UndefinedTerm => {
                StructureCheck::UndefinedTerm { terms: given.terms?, defining: given.defining? }
            }
            CheckName::UnusedTerm => StructureCheck::UnusedTerm { defining: given.defining? },
            CheckName::UndefinedAcronym => StructureCheck::UndefinedAcronym { acronyms: lists(given.acronyms?) },
        })
    }

    fn refuse_other_parameters(&mut self, check: CheckName, given: &ParameterFields) {
        let (needed, further) = takes(check);
        let name = find(self.source, "check", "");
        // Parameters that could not be read are reported for that.
        let written = self.source.text().lines().any(|line| line.starts_with("parameters:"));
        let unread = written && given.given().next().is_none();
        for missing in needed.iter().filter(|needed| !unread && !given.given().any(|given| given == **needed)) {
            self.problem(
                "rule-file/parameter",
                name.clone(),
                format!("this check needs `{missing}:` in `parameters:`"),
            );
        }
        for foreign in given.given().filter(|given| !needed.contains(given) && !further.contains(given)) {
            let known: Vec<String> = needed.iter().chain(further).map(|name| format!("`{name}`")).collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            let at = find(self.source, "parameters", foreign);
            self.problem("rule-file/parameter", at, format!("this check has no parameter `{foreign}`; {known}"));
        }
    }

    fn words(&mut self, given: &ParameterFields) -> Words {
        Words { patterns: self.patterns(given.patterns.as_deref()), except: self.patterns(given.except.as_deref()) }
    }

    fn patterns(&mut self, texts: Option<&[String]>) -> Patterns {
        Patterns(texts.unwrap_or_default().iter().filter_map(|text| self.regex("parameters", text)).collect())
    }
}

fn number(given: Option<u32>) -> Option<usize> {
    given.and_then(|number| usize::try_from(number).ok())
}

fn lists(given: BTreeMap<String, OneOrMore>) -> BTreeMap<String, Vec<String>> {
    given.into_iter().map(|(name, words)| (name, words.into_vec())).collect()
}
