//! What a comment of a document asks for.

use time::Date;

use super::{day, rule_problem};
use crate::rule::{RuleId, RuleSet, did_you_mean};

/// How far a comment reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The clause or the heading that it stands in, or else the next one.
    Next,
    /// The section of what comes next.
    Section,
    /// The whole file.
    File,
}

/// What those words start with.
const PROGRAM: &str = "clauselint";

/// The words that a comment starts with.
const NAMES: [(&str, Reach); 3] = [
    ("clauselint-ignore", Reach::Next),
    ("clauselint-ignore-section", Reach::Section),
    ("clauselint-ignore-file", Reach::File),
];

/// A rule, or all rules of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selector {
    Rule(String),
    Pack(String),
}

impl Selector {
    pub(super) fn fits(&self, rule: &RuleId) -> bool {
        match self {
            Self::Rule(id) => rule.as_str() == id,
            Self::Pack(pack) => rule.pack() == pack,
        }
    }

    /// As the comment writes it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Rule(id) => id.clone(),
            Self::Pack(pack) => format!("{pack}/*"),
        }
    }
}

/// A comment that sets findings aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) reach: Reach,
    /// What it is for; empty where all that it names is wrong.
    pub(super) selectors: Vec<Selector>,
    /// The last day on which it holds.
    pub(super) until: Option<Date>,
    pub(super) reason: String,
}

/// How many mistakes of one comment are told: it may be of any length.
const TOLD: usize = 5;

/// What came of reading a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A comment that has nothing to do with this program.
    Prose,
    /// A directive, with what is wrong about it.
    Directive { directive: Option<Directive>, mistakes: Vec<String> },
}

/// Reads the text of a comment: `clauselint-ignore[-section|-file] RULE, RULE [until DATE]: REASON`.
pub(super) fn read(text: &str, rules: &RuleSet) -> Read {
    // Pages have many comments, some of them long: all that is meant for this program starts with its name.
    let start = text.trim_start().get(..PROGRAM.len());
    if !start.is_some_and(|start| start.eq_ignore_ascii_case(PROGRAM)) {
        return Read::Prose;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find([' ', ':']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some((_, reach)) = NAMES.iter().find(|(known, _)| *known == name) else {
        return if is_meant(name, rest) { unknown(name) } else { Read::Prose };
    };
    let (head, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let mut mistakes = Vec::new();
    let mut selectors = Vec::new();
    let mut until = None;
    let mut words = head.split([',', ' ']).filter(|word| !word.is_empty());
    while let Some(word) = words.next().filter(|_| mistakes.len() < TOLD) {
        if word == "until" {
            let given = words.next().unwrap_or_default();
            until = day(given);
            if until.is_none() {
                mistakes.push(format!("`until {given}` names no day; expected one as in `until 2026-01-31`"));
            }
        } else {
            match selector(word, rules) {
                Ok(selector) => selectors.push(selector),
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    if selectors.is_empty() && mistakes.is_empty() {
        mistakes.push(format!("it names no rule; expected `{name} RULE: REASON`"));
    }
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        mistakes.push(format!("it gives no reason; expected `{name} RULE: REASON`"));
        return Read::Directive { directive: None, mistakes };
    }
    // Without its day it would hold for ever.
    let dated = until.is_some() || !head.split([',', ' ']).any(|word| word == "until");
    let directive = dated.then_some(Directive { reach: *reach, selectors, until, reason });
    Read::Directive { directive, mistakes }
}

/// Whether a comment that starts with no known word was meant as a directive: prose may mention the program.
fn is_meant(name: &str, rest: &str) -> bool {
    let name = name.to_ascii_lowercase();
    match name.strip_prefix(PROGRAM) {
        Some("") => {
            let next = rest.trim_start_matches([':', ' ']).to_ascii_lowercase();
            ["ignore", "disable", "suppress", "allow"].iter().any(|verb| next.starts_with(verb))
        }
        Some(more) => more.starts_with(['-', '_']),
        None => false,
    }
}

fn unknown(name: &str) -> Read {
    let names = NAMES.map(|(name, _)| name);
    let mistake = match did_you_mean(&name.to_ascii_lowercase().replace('_', "-"), names) {
        Some(meant) => format!("`{name}` is no directive; did you mean `{meant}`?"),
        None => format!("`{name}` is no directive; there are {}", names.map(|name| format!("`{name}`")).join(", ")),
    };
    Read::Directive { directive: None, mistakes: vec![mistake] }
}

fn selector(word: &str, rules: &RuleSet) -> Result<Selector, String> {
    if let Some(pack) = word.strip_suffix("/*") {
        let packs = rules.rules().iter().map(|rule| rule.id.pack());
        if packs.clone().any(|known| known == pack) {
            return Ok(Selector::Pack(pack.to_owned()));
        }
        let meant = did_you_mean(pack, packs).map(|meant| format!("; did you mean `{meant}/*`?"));
        return Err(format!("there are no rules `{word}`{}", meant.unwrap_or_default()));
    }
    match rule_problem(word, rules) {
        None => Ok(Selector::Rule(word.to_owned())),
        Some(problem) => Err(problem),
    }
}
