//! The JSON report, version 1. Its own structs, so that the core's types may change without it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter as _, PrettyFormatter};

use super::{CheckedFile, CheckedSuppressions, Counts, Totals};
use crate::check::{Assessed, Because, Finding, SetAside};
use crate::rule::RuleSet;
use crate::source::{SourceFile, Span};

/// Grows when a program that reads the report would have to change.
pub(super) const VERSION: u32 = 1;

pub(super) const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

/// What comes before the files.
#[derive(Serialize)]
struct Head {
    version: u32,
    tool: Tool,
}

/// What comes after the files.
#[derive(Serialize)]
struct Tail<'r> {
    /// Left out where there are none, as is what is suppressed: most runs have neither.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppressions<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
pub(super) struct File<'r> {
    path: &'r str,
    format: &'static str,
    language: &'static str,
    disclosures: Vec<Disclosure<'r>>,
    findings: Vec<FindingOut<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<Suppressed<'r>>,
}

/// A suppressions file and what is wrong with its entries.
#[derive(Serialize)]
pub(super) struct Suppressions<'r> {
    path: &'r str,
    findings: Vec<FindingOut<'r>>,
}

/// A finding that does not count.
#[derive(Serialize)]
struct Suppressed<'r> {
    #[serde(flatten)]
    finding: FindingOut<'r>,
    by: &'static str,
    reason: Option<&'r str>,
    who: Option<&'r str>,
    until: Option<String>,
}

#[derive(Serialize)]
struct Disclosure<'r> {
    id: &'r str,
    status: &'static str,
    value: Option<&'r str>,
    evidence: Vec<Evidence<'r>>,
}

#[derive(Serialize)]
struct Evidence<'r> {
    #[serde(flatten)]
    place: Place,
    text: &'r str,
}

#[derive(Serialize)]
struct FindingOut<'r> {
    rule: &'r str,
    severity: &'static str,
    message: &'r str,
    help: Option<&'r str>,
    cite: &'r [String],
    #[serde(flatten)]
    place: Place,
    fingerprint: String,
    related: Vec<Related<'r>>,
}

#[derive(Serialize)]
struct Related<'r> {
    #[serde(flatten)]
    place: Place,
    message: &'r str,
}

#[derive(Serialize)]
struct Place {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
pub(super) struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
    /// Records that could not be read, which only a run over records has.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<usize>,
}

impl Place {
    fn of(span: Span, source: &SourceFile) -> Self {
        let position = source.position(span.start());
        Self { start: span.start(), end: span.end(), line: position.line, column: position.column }
    }
}

impl Summary {
    pub(super) fn of(totals: &Totals) -> Self {
        let Counts { errors, warnings, advice } = totals.counts;
        let refused = Some(totals.refused).filter(|refused| *refused > 0);
        Self { files: totals.files, errors, warnings, advice, refused }
    }
}

/// The object as far as the list of the files, which is written item by item.
pub(super) fn begin(out: &mut dyn Write) -> io::Result<()> {
    let head = serde_json::to_string_pretty(&Head { version: VERSION, tool: TOOL })?;
    let open = head.strip_suffix("\n}").expect("internal: an object in JSON does not end in a brace");
    write!(out, "{open},\n  \"files\": [")
}

pub(super) fn file(checked: &CheckedFile, rules: &RuleSet, out: &mut Vec<u8>) -> io::Result<()> {
    item(&File::of(checked, rules), 2, out)
}

pub(super) fn end(
    listed: bool,
    totals: &Totals,
    checked: &[CheckedSuppressions],
    rules: &RuleSet,
    out: &mut dyn Write,
) -> io::Result<()> {
    let tail = Tail { suppressions: suppressions(checked, rules), summary: Summary::of(totals) };
    let tail = serde_json::to_string_pretty(&tail)?;
    let rest = tail.strip_prefix('{').expect("internal: an object in JSON does not begin with a brace");
    writeln!(out, "{}],{rest}", if listed { "\n  " } else { "" })
}

/// Writes an item of a list that is `depth` levels down, with the comma before it, as it stands in the whole.
pub(super) fn item(value: &impl Serialize, depth: usize, out: &mut Vec<u8>) -> io::Result<()> {
    let mut formatter = PrettyFormatter::new();
    // The formatter counts what it has opened, and indents by that.
    (0..depth).try_for_each(|_| formatter.begin_array(&mut io::sink()))?;
    write!(out, ",\n{:width$}", "", width = 2 * depth)?;
    value.serialize(&mut Serializer::with_formatter(out, formatter))?;
    Ok(())
}

impl<'r> File<'r> {
    pub(super) fn of(checked: &'r CheckedFile, rules: &'r RuleSet) -> Self {
        let CheckedFile { source, document, assessment, .. } = checked;
        let disclosure = |assessed: &'r Assessed| Disclosure {
            id: rules.rules()[assessed.rule].id.as_str(),
            status: assessed.status.name(),
            value: assessed.value.as_deref(),
            evidence: assessed
                .evidence
                .iter()
                .map(|evidence| Evidence { place: Place::of(evidence.span, source), text: &evidence.text })
                .collect(),
        };
        Self {
            path: source.name(),
            format: document.format().name(),
            language: document.language().code(),
            disclosures: assessment.disclosures.iter().map(disclosure).collect(),
            findings: assessment.findings.iter().map(|found| finding(found, source, rules)).collect(),
            suppressed: assessment.set_aside.iter().map(|aside| suppressed(aside, source, rules)).collect(),
        }
    }
}

pub(super) fn suppressions<'r>(checked: &'r [CheckedSuppressions], rules: &'r RuleSet) -> Vec<Suppressions<'r>> {
    let of_file = |checked: &'r CheckedSuppressions| {
        let source = checked.file.source();
        let findings = checked.assessment.findings.iter().map(|found| finding(found, source, rules));
        Suppressions { path: source.name(), findings: findings.collect() }
    };
    checked.iter().map(of_file).collect()
}

fn finding<'r>(finding: &'r Finding, source: &SourceFile, rules: &'r RuleSet) -> FindingOut<'r> {
    let rule = &rules.rules()[finding.rule];
    let related = finding.diagnostic.related.iter();
    FindingOut {
        rule: rule.id.as_str(),
        severity: finding.diagnostic.severity.name(),
        message: &finding.diagnostic.message,
        help: finding.diagnostic.help.as_deref(),
        cite: &rule.cite,
        place: Place::of(finding.diagnostic.primary.span, source),
        fingerprint: finding.fingerprint.to_string(),
        related: related
            .map(|label| Related { place: Place::of(label.span, source), message: &label.message })
            .collect(),
    }
}

fn suppressed<'r>(aside: &'r SetAside, source: &SourceFile, rules: &'r RuleSet) -> Suppressed<'r> {
    let finding = finding(&aside.finding, source, rules);
    let day = |until: &Option<time::Date>| until.map(|until| until.to_string());
    match &aside.because {
        Because::Comment { reason, until, .. } => {
            Suppressed { finding, by: "comment", reason: Some(reason), who: None, until: day(until) }
        }
        Because::Entry { reason, who, until } => {
            Suppressed { finding, by: "entry", reason: Some(reason), who: who.as_deref(), until: day(until) }
        }
        Because::Baseline => Suppressed { finding, by: "baseline", reason: None, who: None, until: None },
    }
}
