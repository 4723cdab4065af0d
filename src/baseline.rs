//! The baseline: findings that were there when it was written. They are set aside, so that only what is new counts; one
//! that is gone is told, and can be taken out, so that it does not come back unseen.
//!
//! Pure: text in, text out. Which files there are is told by the caller.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::check::{Because, Finding, Fingerprint};
use crate::rule::RuleSet;
use crate::suppress::{Subject, Whereabouts};

/// The version of the file's form.
const VERSION: u32 = 1;

/// Findings to be set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

/// A finding that was there. The order is that of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path of its file, from the folder of the baseline, parted by slashes.
    pub path: String,
    /// The id of the rule that found it.
    pub rule: String,
    /// What stays the same about it.
    pub fingerprint: Fingerprint,
    /// What it said, for those who read the file.
    pub message: String,
}

/// What came of holding findings against a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subtracted {
    /// The entries whose findings are gone.
    pub fixed: Vec<Entry>,
    /// The baseline without them; entries of renamed files have the new names.
    pub left: Baseline,
}

/// Why a text is no baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON of the form.
    #[error("it is no baseline: {0}")]
    Form(String),
    /// It was written in another form.
    #[error("it is a baseline of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// An entry's fingerprint is none.
    #[error("`{0}` is no fingerprint: expected 16 digits from 0 to f")]
    Fingerprint(String),
}

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    version: u32,
    findings: Vec<FileEntry>,
}

#[derive(Deserialize, Serialize)]
struct FileEntry {
    fingerprint: String,
    rule: String,
    path: String,
    message: String,
}

impl Baseline {
    /// All findings that still count.
    pub fn of(subjects: &[Subject<'_>], rules: &RuleSet) -> Self {
        let entries = subjects.iter().flat_map(|subject| {
            subject.assessment.findings.iter().map(|finding| Entry {
                path: subject.path.clone(),
                rule: rules.rules()[finding.rule].id.to_string(),
                fingerprint: finding.fingerprint,
                message: finding.diagnostic.message.clone(),
            })
        });
        Self { entries: entries.collect() }
    }

    /// Reads what [`Baseline::to_json`] writes.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File = serde_json::from_str(text).map_err(|error| BaselineError::Form(error.to_string()))?;
        if file.version != VERSION {
            return Err(BaselineError::Version(file.version));
        }
        let entry = |entry: FileEntry| {
            let FileEntry { fingerprint, rule, path, message } = entry;
            match Fingerprint::parse(&fingerprint) {
                Some(fingerprint) => Ok(Entry { path, rule, fingerprint, message }),
                None => Err(BaselineError::Fingerprint(fingerprint)),
            }
        };
        Ok(Self { entries: file.findings.into_iter().map(entry).collect::<Result<_, _>>()? })
    }

    /// The text of the file: JSON, sorted, an entry a line, so that a merge of two of them is one of lines.
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\"version\": {VERSION}, \"findings\": [");
        for (idx, entry) in self.entries.iter().enumerate() {
            let Entry { path, rule, fingerprint, message } = entry.clone();
            let entry = FileEntry { fingerprint: fingerprint.to_string(), rule, path, message };
            let json = serde_json::to_string(&entry).expect("internal: strings can be written as JSON");
            let _ = write!(text, "{}\n{json}", if idx == 0 { "" } else { "," });
        }
        text.push_str(if self.entries.is_empty() { "]}\n" } else { "\n]}\n" });
        text
    }

    /// The entries, in the order of the file.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Sets aside the findings that the baseline holds, each entry once: first by path and fingerprint, then, for entries
    /// whose file is gone, by fingerprint alone, since the file may have another name now.
    pub fn subtract(
        &self,
        subjects: &mut [Subject<'_>],
        rules: &RuleSet,
        whereabouts: &dyn Fn(&str) -> Whereabouts,
    ) -> Subtracted {
        let is_checked = |path: &str, subjects: &[Subject<'_>]| subjects.iter().any(|subject| subject.path == path);
        let is_same = |entry: &Entry, finding: &Finding| {
            entry.fingerprint == finding.fingerprint && entry.rule == rules.rules()[finding.rule].id.as_str()
        };
        let mut left = Self::default();
        let mut unmatched: Vec<&Entry> = Vec::new();
        for entry in &self.entries {
            let subject = subjects.iter_mut().find(|subject| subject.path == entry.path);
            if subject.is_some_and(|subject| set_aside(subject, |finding| is_same(entry, finding))) {
                left.entries.insert(entry.clone());
            } else {
                unmatched.push(entry);
            }
        }
        let mut fixed = Vec::new();
        for entry in unmatched {
            if is_checked(&entry.path, subjects) {
                fixed.push(entry.clone());
                continue;
            }
            let at = whereabouts(&entry.path);
            let mut heirs = subjects.iter_mut().filter(|_| at != Whereabouts::Elsewhere);
            match heirs
                .find_map(|subject| set_aside(subject, |finding| is_same(entry, finding)).then(|| subject.path.clone()))
            {
                Some(path) => {
                    left.entries.insert(Entry { path, ..entry.clone() });
                }
                None if at == Whereabouts::GoneForGood => fixed.push(entry.clone()),
                None => {
                    left.entries.insert(entry.clone());
                }
            }
        }
        Subtracted { fixed, left }
    }
}

/// Sets a finding aside; whether it is there.
fn set_aside(subject: &mut Subject<'_>, is_meant: impl Fn(&Finding) -> bool) -> bool {
    let before = subject.assessment.set_aside.len();
    subject.assessment.set_aside(|finding| is_meant(finding).then_some(Because::Baseline));
    subject.assessment.set_aside.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let entry = |path: &str, message: &str| Entry {
            path: path.to_owned(),
            rule: "acme/jokes".to_owned(),
            fingerprint: Fingerprint::parse("00ff00ff00ff00ff").unwrap(),
            message: message.to_owned(),
        };
        let baseline = Baseline { entries: [entry("b.md", "no \"joke\"\n"), entry("a.md", "é")].into() };
        let text = baseline.to_json();
        assert_eq!(Baseline::parse(&text), Ok(baseline));
        assert_eq!(text.lines().count(), 4, "{text}");
        assert_eq!(Baseline::parse(&Baseline::default().to_json()), Ok(Baseline::default()));
        assert_eq!(Baseline::parse("{\"version\": 2, \"findings\": []}"), Err(BaselineError::Version(2)));
    }
}
