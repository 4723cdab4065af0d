//! SARIF 2.1.0, for code scanning services and editors. Its own structs, for the part of the format that is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::markdown::inline;
use super::{CheckedFile, CheckedSuppressions, Totals, repository_path};
use crate::check::{Assessment, Because, Finding};
use crate::diagnostic::{Label, Severity};
use crate::rule::{Rule, RuleSet};
use crate::source::{SourceFile, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The name of our fingerprint, with its version: one that is computed otherwise gets another.
const FINGERPRINT: &str = "clauselint/v1";

/// Places that are longer, in bytes, are not quoted: a missing disclosure may stand for a whole clause.
const QUOTED: usize = 1000;

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Vec<ResultOut<'r>>,
    properties: RunProperties<'r>,
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<RuleOut<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleOut<'r> {
    id: &'r str,
    short_description: Message<'r>,
    full_description: Message<'r>,
    help: Help,
    default_configuration: Configuration,
    properties: RuleProperties<'r>,
}

#[derive(Serialize)]
struct Message<'r> {
    text: &'r str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties<'r> {
    cite: &'r [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOut<'r> {
    rule_id: &'r str,
    rule_index: usize,
    level: &'static str,
    message: PlainText,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
}

/// Why a result does not count.
#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

/// The words at a place.
#[derive(Debug, Serialize)]
struct Snippet {
    text: String,
}

/// A message that has passed [`plain`].
#[derive(Debug, Serialize)]
struct PlainText {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<PlainText>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    /// Of the character after the last one.
    end_column: usize,
    byte_offset: usize,
    byte_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Snippet>,
}

/// What SARIF has no place for: what came of every disclosure, also of those that are there.
#[derive(Serialize)]
struct RunProperties<'r> {
    disclosures: Vec<FileDisclosures<'r>>,
}

#[derive(Debug, Serialize)]
struct FileDisclosures<'r> {
    uri: String,
    disclosures: Vec<Disclosure<'r>>,
}

#[derive(Debug, Serialize)]
struct Disclosure<'r> {
    id: &'r str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// What the log says of some files: kept until it is known which rules the driver has to list, and whether anything is
/// suppressed.
#[derive(Debug, Default)]
pub(super) struct Results<'r> {
    /// The rules that are on for one of the files, by their places.
    active: BTreeSet<usize>,
    counting: Vec<Kept<'r>>,
    aside: Vec<Kept<'r>>,
    statuses: Vec<FileDisclosures<'r>>,
}

/// A result but for what is known only in the end.
#[derive(Debug)]
struct Kept<'r> {
    rule: usize,
    result: ResultOut<'r>,
    because: Option<Suppression>,
}

impl<'r> Results<'r> {
    pub(super) fn of(file: &CheckedFile, rules: &'r RuleSet) -> Self {
        let mut results = Self::of_findings(&file.source, &file.assessment, rules);
        results.active = (0..rules.rules().len()).filter(|rule| file.asks(*rule, rules)).collect();
        results.statuses.push(statuses(file, rules));
        results
    }

    fn of_findings(source: &SourceFile, assessment: &Assessment, rules: &'r RuleSet) -> Self {
        let counting = assessment.findings.iter().map(|finding| Kept::of(source, finding, None, rules));
        let aside = assessment
            .set_aside
            .iter()
            .map(|aside| Kept::of(source, &aside.finding, Some(suppression(&aside.because)), rules));
        Self { counting: counting.collect(), aside: aside.collect(), ..Self::default() }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.active.extend(other.active);
        self.counting.extend(other.counting);
        self.aside.extend(other.aside);
        self.statuses.extend(other.statuses);
    }

    pub(super) fn end(
        mut self,
        totals: &Totals,
        suppressions: &[CheckedSuppressions],
        rules: &'r RuleSet,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for checked in suppressions {
            self.add(Self::of_findings(checked.file.source(), &checked.assessment, rules));
        }
        let active: Vec<usize> = self.active.into_iter().collect();
        // Either all results say whether they are suppressed, or none does.
        let suppressing = totals.set_aside > 0;
        let results = self.counting.into_iter().chain(self.aside).map(|Kept { rule, result, because }| ResultOut {
            rule_index: active.binary_search(&rule).expect("internal: a rule that is off has a finding"),
            suppressions: suppressing.then(|| because.into_iter().collect()),
            ..result
        });
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    information_uri: Some(env!("CARGO_PKG_REPOSITORY")).filter(|uri| !uri.is_empty()),
                    rules: active.iter().map(|idx| rule(&rules.rules()[*idx])).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            newline_sequences: ["\r\n", "\n", "\r"],
            results: results.collect(),
            properties: RunProperties { disclosures: self.statuses },
        };
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
        serde_json::to_writer_pretty(&mut *out, &log)?;
        writeln!(out)
    }
}

impl<'r> Kept<'r> {
    fn of(source: &SourceFile, finding: &Finding, because: Option<Suppression>, rules: &'r RuleSet) -> Self {
        let rule = finding.rule;
        Self { rule, result: result(source, finding, rules.rules()[rule].id.as_str()), because }
    }
}

fn rule(rule: &Rule) -> RuleOut<'_> {
    RuleOut {
        id: rule.id.as_str(),
        short_description: Message { text: &rule.title },
        full_description: Message { text: &rule.why },
        help: help(rule),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties { cite: &rule.cite },
    }
}

/// What to do, what the rule rests on, and wording to start from.
fn help(rule: &Rule) -> Help {
    let cite = rule.cite.join("; ");
    let mut text = format!("{}\n\nSee {cite}", rule.help.trim_end());
    let mut markdown = format!("{}\n\nSee {}", inline(&rule.help), inline(&cite));
    if let Some(draft) = &rule.draft {
        let draft = draft.trim_end();
        let fence = fence(draft);
        let _ = write!(text, "\n\nWording to start from:\n\n{draft}");
        let _ = write!(markdown, "\n\nWording to start from:\n\n{fence}text\n{draft}\n{fence}");
    }
    Help { text, markdown }
}

/// A fence that no line of the text closes.
fn fence(text: &str) -> String {
    let longest = text.split(|c: char| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// A finding; which rules the driver lists, and whether anything is suppressed, is not known yet.
fn result<'r>(source: &SourceFile, finding: &Finding, rule_id: &'r str) -> ResultOut<'r> {
    let diagnostic = &finding.diagnostic;
    let related = diagnostic.related.iter().enumerate();
    ResultOut {
        rule_id,
        rule_index: 0,
        level: level(diagnostic.severity),
        message: PlainText { text: plain(&diagnostic.message) },
        locations: [location(source, &diagnostic.primary, None)],
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.fingerprint.to_string())]),
        related_locations: related.map(|(idx, label)| location(source, label, Some(idx + 1))).collect(),
        suppressions: None,
    }
}

fn suppression(because: &Because) -> Suppression {
    match because {
        Because::Comment { reason, .. } => Suppression { kind: "inSource", justification: plain(reason) },
        Because::Entry { reason, .. } => Suppression { kind: "external", justification: plain(reason) },
        Because::Baseline => Suppression { kind: "external", justification: "in the baseline".into() },
    }
}

fn location(source: &SourceFile, label: &Label, id: Option<usize>) -> Location {
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(source.name()) },
            region: region(source, label.span),
        },
        message: Some(PlainText { text: plain(&label.message) }).filter(|message| !message.text.is_empty()),
    }
}

fn region(source: &SourceFile, span: Span) -> Region {
    let (start, end) = (source.position(span.start()), source.position(span.end()));
    let byte_length = span.end() - span.start();
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        byte_offset: span.start(),
        byte_length,
        snippet: (byte_length <= QUOTED).then(|| Snippet { text: source.slice(span).to_owned() }),
    }
}

fn statuses<'r>(file: &CheckedFile, rules: &'r RuleSet) -> FileDisclosures<'r> {
    let disclosures = file.assessment.disclosures.iter().map(|assessed| Disclosure {
        id: rules.rules()[assessed.rule].id.as_str(),
        status: assessed.status.name(),
        value: assessed.value.clone(),
    });
    FileDisclosures { uri: uri(file.source.name()), disclosures: disclosures.collect() }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// A message without a link: SARIF knows `[text](target)` in plain text, too (3.11.6).
fn plain(text: &str) -> String {
    text.replace("](", "]\u{200B}(")
}

/// A file's name as a URI: a relative one is relative to where the program was run, an absolute one has a scheme.
fn uri(name: &str) -> String {
    let path = repository_path(name);
    let mut uri = match path.as_bytes() {
        [b'/', ..] => "file://".to_owned(),
        [_, b':', b'/', ..] if cfg!(windows) => "file:///".to_owned(),
        _ => String::new(),
    };
    for byte in path.bytes() {
        // The unreserved characters of RFC 3986, and the slash. A colon in a relative URI would end a scheme.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_uri() {
        assert_eq!(uri("./policies/a b,c%2F#?.md"), "policies/a%20b%2Cc%252F%23%3F.md");
        assert_eq!(uri("c:x/é\n.md"), "c%3Ax/%C3%A9%0A.md");
        assert_eq!(uri("/srv/a.md"), "file:///srv/a.md");
        assert_eq!(uri("../a.md"), "../a.md");
        assert_eq!(uri(".//././a.md"), "a.md");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fence("no marks"), "```");
        assert_eq!(fence("a ` and\n````\nmore"), "`````");
    }
}
