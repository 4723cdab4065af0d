//! Reports of what an edit changed, in one of several formats.

mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use super::{CheckedFile, Style};
use crate::config::FailOn;
use crate::diagnostic::Severity;
use crate::diff::{Change, ChangeKind, Effect, Passage};
use crate::rule::{Rule, RuleKind, RuleSet};

/// The formats of a report on edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffFormat {
    /// For a terminal: what changed, with the old and the new words and their places.
    Text,
    /// One JSON object.
    Json,
    /// For a comment on a proposed edit.
    Markdown,
}

/// Two versions of a policy, and what changed between them.
#[derive(Debug)]
pub struct Compared {
    /// The old version; nothing where there is none.
    pub old: Option<CheckedFile>,
    /// The new version.
    pub new: CheckedFile,
    /// What changed.
    pub changes: Vec<Change>,
    /// From which severity on what got worse should not pass.
    pub fail_on: FailOn,
}

impl Compared {
    /// Whether an edit with this change should not pass. What was lost or weakened is as bad as an error.
    fn fails(&self, change: &Change) -> bool {
        match &change.kind {
            ChangeKind::Lost | ChangeKind::Weakened => self.fail_on.includes(Severity::Error),
            ChangeKind::Introduced { severity, .. } => self.fail_on.includes(*severity),
            _ => false,
        }
    }
}

/// What a run found.
#[derive(Debug)]
pub struct DiffReport<'r> {
    /// The policies, in the order that they were given or found.
    pub files: &'r [Compared],
    /// The rules that were run.
    pub rules: &'r RuleSet,
}

impl DiffReport<'_> {
    /// Whether an edit should not pass.
    pub fn fails(&self) -> bool {
        self.files.iter().any(|file| file.changes.iter().any(|change| file.fails(change)))
    }

    fn count(&self, effect: Effect) -> usize {
        self.files.iter().flat_map(|file| &file.changes).filter(|change| change.kind.effect() == effect).count()
    }

    /// "1 worse, 2 changed, 0 better in 1 policy".
    fn counts(&self) -> String {
        let policies = if self.files.len() == 1 { "policy" } else { "policies" };
        let counted = |effect: &Effect| format!("{} {}", self.count(*effect), effect.name());
        format!("{} in {} {policies}", Effect::ALL.each_ref().map(counted).join(", "), self.files.len())
    }
}

/// Writes a report on edits.
pub fn write_diff(format: DiffFormat, report: &DiffReport<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        DiffFormat::Text => text::write(report, style, out),
        DiffFormat::Json => json::write(report, out),
        DiffFormat::Markdown => markdown::write(report, out),
    }
}

/// The most passages of a change that are shown of each version.
const MOST_PASSAGES: usize = 2;

/// The passages to show of a version, and how many are left out.
fn first_passages(passages: &[Passage]) -> (&[Passage], usize) {
    let shown = passages.len().min(MOST_PASSAGES);
    (&passages[..shown], passages.len() - shown)
}

/// What a change is, in a clause; `quote` sets off the words of a document, `plain` those of a rule.
fn told(change: &Change, rule: &Rule, quote: impl Fn(&str) -> String, plain: impl Fn(&str) -> String) -> String {
    let list = |words: &[String]| words.iter().map(|words| quote(words)).collect::<Vec<_>>().join(", ");
    let message = |of: fn(&crate::rule::Disclosure) -> &str| match &rule.kind {
        RuleKind::Disclosure(disclosure) => plain(of(disclosure)),
        RuleKind::Forbidden(_) | RuleKind::Conflict(_) | RuleKind::Structure(_) => String::new(),
    };
    match &change.kind {
        ChangeKind::Lost => message(|disclosure| &disclosure.missing_message),
        ChangeKind::Weakened => message(|disclosure| &disclosure.vague_message),
        ChangeKind::Introduced { message, .. } => plain(message),
        ChangeKind::Value { old, new } => format!("{} became {}", quote(old), quote(new)),
        ChangeKind::Claim { old, new } if new.is_empty() => format!("no longer says {}", list(old)),
        ChangeKind::Claim { old, new } if old.is_empty() => format!("now says {}", list(new)),
        ChangeKind::Claim { old, new } => format!("{} became {}", list(old), list(new)),
        ChangeKind::Gained => "the policy tells it now".to_owned(),
        ChangeKind::Strengthened => "the policy tells it clearly now".to_owned(),
        ChangeKind::Fixed { message } => format!("no longer holds: {}", plain(message)),
    }
}
