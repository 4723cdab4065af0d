//! The suppressions file: its entries, and edits of it that leave all else as it stands.

use std::ops::Range;

use globset::{GlobBuilder, GlobMatcher};
use time::Date;

use super::day;
use crate::check::Fingerprint;
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{Encoding, SourceFile, Span};
use crate::yaml::{self, Item, Piece, line_end};

/// What the codes of mistakes in the file start with.
const KIND: &str = "suppressions";

/// The key of the list.
const LIST: &str = "suppressions";

const KEYS: [&str; 6] = ["fingerprint", "rule", "reason", "who", "until", "path"];

/// The file, read.
#[derive(Debug)]
pub struct SuppressionsFile {
    source: SourceFile,
    entries: Vec<Entry>,
    list: Option<List>,
}

/// Where the list stands, as offsets of the text.
#[derive(Debug)]
struct List {
    /// The end of the key with its colon.
    colon: usize,
    /// The lines of the entries.
    lines: Vec<Range<usize>>,
    indent: usize,
}

/// A finding that is suppressed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The finding's fingerprint.
    pub fingerprint: Fingerprint,
    /// The id of the rule that found it.
    pub rule: String,
    /// Why it is suppressed.
    pub reason: String,
    /// Who decided.
    pub who: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub at: Span,
    path: Option<Paths>,
}

/// The files that an entry is for.
#[derive(Clone, Debug)]
enum Paths {
    One(String),
    Matching(GlobMatcher),
}

impl Paths {
    fn parse(text: &str) -> Result<Self, String> {
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Self::One(text.trim_start_matches("./").to_owned()));
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        glob.map(|glob| Self::Matching(glob.compile_matcher())).map_err(|error| error.kind().to_string())
    }
}

impl Entry {
    /// Whether the entry is for a file, told by its path from the folder of the suppressions file.
    pub(super) fn names(&self, file: &str) -> bool {
        match &self.path {
            None => true,
            Some(Paths::One(path)) => path == file,
            Some(Paths::Matching(glob)) => glob.is_match(file),
        }
    }

    /// The path of the one file that it is for, where it is for one.
    pub(super) fn literal_path(&self) -> Option<&str> {
        match &self.path {
            Some(Paths::One(path)) => Some(path),
            Some(Paths::Matching(_)) | None => None,
        }
    }
}

/// A suppression to be written.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The finding's fingerprint.
    pub fingerprint: Fingerprint,
    /// The id of the rule that found it.
    pub rule: String,
    /// The finding's message, for a comment.
    pub message: String,
    /// Why it is suppressed.
    pub reason: String,
    /// Who decided.
    pub who: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The path of the file that it is for, from the folder of the suppressions file.
    pub path: String,
}

impl SuppressionsFile {
    /// What a new file starts with.
    pub const HEADER: &str = "\
# Findings of clauselint that are set aside, each with its reason. `clauselint suppress` adds entries, and
# `clauselint suppress --prune` takes out those that do no good any more; comments and order stay.
suppressions:
";

    /// Reads a file. All mistakes come back together; what has none is among the entries.
    pub fn read(source: SourceFile) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut entries = Vec::new();
        let mut list = None;
        // A file of comments alone holds no suppressions yet.
        let is_blank = source.text().lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        let pieces = yaml::pieces(&source, KIND, &mut problems);
        for piece in &pieces {
            if piece.key != LIST {
                problems.push(piece.unknown_key(&source, KIND, "a suppressions file", &[LIST]));
                continue;
            }
            let items = yaml::items(piece, &source, KIND, &mut problems);
            list = Some(List {
                colon: piece.start + piece.text.find(':').map_or(piece.key.len(), |colon| colon + 1),
                indent: items.first().map_or(2, |item| item.indent),
                lines: items.iter().map(|item| item.lines.clone()).collect(),
            });
            entries.extend(items.iter().map(|item| entry(item, &source, &mut problems)));
        }
        if !is_blank && pieces.iter().all(|piece| piece.key != LIST) && problems.is_empty() {
            let label = Label::new(source.span(0..line_end(source.text(), 0)), "");
            problems.push(Diagnostic::error("suppressions/key", format!("the file lacks `{LIST}:`"), label));
        }
        problems.sort_by_key(|problem| problem.primary.span);
        // An entry's place is that of its lines, so that one which can't be read leaves a gap in neither list.
        let whole = entries.iter().all(Option::is_some);
        let entries = if whole { entries.into_iter().flatten().collect() } else { Vec::new() };
        (Self { source, entries, list }, problems)
    }

    /// The file.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// The entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file's bytes with entries added after the last one; all else stays as it is. Nothing where the file's
    /// encoding is not UTF-8.
    pub fn with(&self, bytes: &[u8], new: &[NewEntry]) -> Option<Vec<u8>> {
        if self.source.encoding() != Encoding::Utf8 {
            return None;
        }
        let text = self.source.text();
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let indent = self.list.as_ref().map_or(2, |list| list.indent);
        let mut written: String = new.iter().map(|entry| entry.written(indent)).collect();
        let Some(list) = &self.list else {
            let written = format!("{LIST}:\n{written}").replace('\n', line_end);
            let before = if text.is_empty() || text.ends_with('\n') { "" } else { line_end };
            return Some([bytes, before.as_bytes(), written.as_bytes()].concat());
        };
        // An empty list may be written as one: `suppressions: []`.
        let rest = &text[list.colon..];
        let key_line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let brackets = rest[..key_line].split('#').next().and_then(|value| value.find(']'));
        let empty = brackets.filter(|_| list.lines.is_empty()).map(|end| list.colon..list.colon + end + 1);
        let at = list.lines.last().map_or(list.colon + key_line, |lines| lines.end);
        written = written.replace('\n', line_end);
        if !text[..at].ends_with('\n') {
            written.insert_str(0, line_end);
        }
        // A comment that follows at once would become part of the key.
        let apart = |range: &Range<usize>| if text[range.end..].starts_with('#') { " " } else { "" };
        let edits = empty.into_iter().map(|range| (range.clone(), apart(&range))).chain([(at..at, written.as_str())]);
        Some(self.edited(bytes, edits))
    }

    /// The file's bytes without the lines of some entries, told by their places; all else stays as it is.
    pub fn without(&self, bytes: &[u8], entries: &[usize]) -> Vec<u8> {
        let lines = self.list.iter().flat_map(|list| list.lines.iter().enumerate());
        let taken = lines.filter(|(idx, _)| entries.contains(idx)).map(|(_, lines)| (lines.clone(), ""));
        self.edited(bytes, taken)
    }

    /// Replaces ranges of the text, which come in order, in the bytes.
    fn edited<'e>(&self, bytes: &[u8], edits: impl Iterator<Item = (Range<usize>, &'e str)>) -> Vec<u8> {
        let mut edited = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for (range, text) in edits {
            let span = self.source.span(range);
            edited.extend_from_slice(&bytes[done..span.start()]);
            edited.extend_from_slice(text.as_bytes());
            done = span.end();
        }
        edited.extend_from_slice(&bytes[done..]);
        edited
    }
}

impl NewEntry {
    fn written(&self, indent: usize) -> String {
        let margin = " ".repeat(indent);
        let Self { fingerprint, rule, message, reason, who, until, path } = self;
        let mut lines = vec![
            // Quoted, since digits alone would be a number.
            format!("fingerprint: '{fingerprint}'"),
            format!("rule: {rule} # {}", one_line(message)),
            format!("reason: {}", quoted(reason)),
        ];
        lines.extend(who.iter().map(|who| format!("who: {}", quoted(who))));
        lines.extend(until.iter().map(|until| format!("until: {until}")));
        lines.push(format!("path: {}", quoted(path)));
        let marks = ["- "].into_iter().chain(std::iter::repeat("  "));
        lines.iter().zip(marks).map(|(line, mark)| format!("{margin}{mark}{line}\n")).collect()
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}

/// The text in one line, without anything that YAML could take for more than text.
fn one_line(text: &str) -> String {
    let harmless = text.replace(|c: char| c.is_control() || c == '\u{FEFF}', " ");
    harmless.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads an entry; nothing if it has a mistake.
fn entry(item: &Item<'_>, source: &SourceFile, problems: &mut Vec<Diagnostic>) -> Option<Entry> {
    let before = problems.len();
    let start = item.pieces.first().map_or(item.lines.start, |piece| piece.start);
    let at = source.span(start..line_end(source.text(), start));
    let mut read = Fields::default();
    for piece in &item.pieces {
        let done = match piece.key {
            "fingerprint" => value(piece, source, "a fingerprint has 16 digits from 0 to f", Fingerprint::parse)
                .map(|value| read.fingerprint = Some(value)),
            "rule" => value(piece, source, "expected the id of a rule", not_blank).map(|value| read.rule = Some(value)),
            "reason" => value(piece, source, "expected a reason", not_blank).map(|value| read.reason = Some(value)),
            "who" => value(piece, source, "expected a name", not_blank).map(|value| read.who = Some(value)),
            "until" => value(piece, source, "expected a day of the calendar, as in `2026-01-31`", day)
                .map(|value| read.until = Some(value)),
            "path" => {
                value(piece, source, "expected the path of a file, or a pattern as in `policies/**/*.md`", |text| {
                    Paths::parse(text).ok().filter(|_| !text.is_empty())
                })
                .map(|value| read.path = Some(value))
            }
            _ => Err(vec![piece.unknown_key(source, KIND, "a suppression", &KEYS)]),
        };
        problems.extend(done.err().into_iter().flatten());
    }
    let lacks = |key: &&str| !item.pieces.iter().any(|piece| piece.key == *key);
    let missing: Vec<String> =
        ["fingerprint", "rule", "reason"].iter().filter(|key| lacks(key)).map(|key| format!("`{key}:`")).collect();
    if !missing.is_empty() {
        let message = format!("the suppression lacks {}", missing.join(", "));
        problems.push(Diagnostic::error("suppressions/key", message, Label::new(at, "")));
    }
    let Fields { fingerprint, rule, reason, who, until, path } = read;
    let entry = Entry { fingerprint: fingerprint?, rule: rule?, reason: reason?, who, until, at, path };
    (problems.len() == before).then_some(entry)
}

/// The keys of an entry, as far as they could be read.
#[derive(Default)]
struct Fields {
    fingerprint: Option<Fingerprint>,
    rule: Option<String>,
    reason: Option<String>,
    who: Option<String>,
    until: Option<Date>,
    path: Option<Paths>,
}

fn not_blank(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The value of a key, read from its text.
fn value<T>(
    piece: &Piece<'_>,
    source: &SourceFile,
    expected: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let text: String = yaml::parse(piece, source, KIND).map_err(|mistaken| mistaken.problems)?;
    read(&text).ok_or_else(|| {
        let label = Label::new(source.span(piece.start..line_end(source.text(), piece.start)), "");
        let message = match text.trim() {
            "" => format!("`{}` has no value", piece.key),
            text => format!("`{text}` will not do for `{}`", piece.key),
        };
        vec![Diagnostic::error("suppressions/value", message, label).with_help(expected)]
    })
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;

    use super::{KEYS, LIST};
    use crate::yaml::check_schema;

    /// Findings of clauselint that are set aside, each with its reason.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used: the file is read key by key, for the places of its entries")]
    #[schemars(deny_unknown_fields)]
    struct Suppressions {
        suppressions: Option<Vec<Suppression>>,
    }

    /// A finding that is set aside.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    #[schemars(deny_unknown_fields)]
    struct Suppression {
        /// The finding's fingerprint: 16 digits from 0 to f, in quotation marks, since digits alone would be a number.
        #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
        fingerprint: String,
        /// The id of the rule that found it.
        #[schemars(length(min = 1))]
        rule: String,
        /// Why it is set aside.
        #[schemars(length(min = 1))]
        reason: String,
        /// Who decided.
        #[schemars(length(min = 1), extend("type" = "string"))]
        who: Option<String>,
        /// The last day on which it holds, as in `2026-01-31`.
        #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), extend("type" = "string"))]
        until: Option<String>,
        /// The file that it is for, or a pattern of paths as in `policies/**/*.md`, from the folder of this file.
        #[schemars(length(min = 1), extend("type" = "string"))]
        path: Option<String>,
    }

    #[test]
    fn the_schema_of_suppressions_is_kept_up() {
        check_schema("suppressions.schema.json", &schemars::schema_for!(Suppressions));
    }

    #[test]
    fn the_schema_has_all_keys() {
        let schema = serde_json::to_value(schemars::schema_for!(Suppressions)).unwrap();
        let keys = |object: &serde_json::Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&schema["properties"]), [LIST]);
        let mut known = KEYS;
        known.sort_unstable();
        let mut entry = keys(&schema["$defs"]["Suppression"]["properties"]);
        entry.sort_unstable();
        assert_eq!(entry, known);
    }
}
