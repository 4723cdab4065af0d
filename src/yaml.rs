//! YAML text, cut at its top-level keys, with the way from its errors and values to places in the file: for rule files
//! and for all else that users write in YAML. The only place that knows the YAML crate.
//!
//! A file is read key by key, so that one mistake hides no other: the text is cut at its top-level keys and each piece
//! is parsed by itself, which also keeps every error's line and column. What a piece says is checked after that, and
//! located by finding its text in the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;

/// The largest file that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// How deep lists and mappings in brackets go: the parser looks at all that are open for every token of the file.
const DEEPEST: usize = 200;

/// What is said of a file that holds something else than keys with their values.
pub(crate) const NO_MAPPING: &str = "expected a mapping: lines of `key: value`";

/// A top-level key of a file and the text of its entry, the key included.
pub(crate) struct Piece<'t> {
    pub(crate) key: &'t str,
    pub(crate) text: &'t str,
    /// The text offset of the key in the file.
    pub(crate) start: usize,
}

/// A value or a list of values.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a value or a list of values")]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::More(values) => values,
        }
    }
}

impl Piece<'_> {
    /// The mistake that the key is none of those that a file of its kind has.
    pub(crate) fn unknown_key(&self, source: &SourceFile, kind: &str, file: &str, known: &[&str]) -> Diagnostic {
        let key = self.key;
        let label = Label::new(source.span(self.start..self.start + key.len()), "unknown key");
        let diagnostic = Diagnostic::error(format!("{kind}/key"), format!("`{key}` is no key of {file}"), label);
        match did_you_mean(key, known.iter().copied()) {
            Some(meant) => diagnostic.with_help(format!("did you mean `{meant}`?")),
            None => diagnostic.with_help(format!("the keys are: {}", known.join(", "))),
        }
    }
}

/// Cuts a file at its top-level keys, after making sure that it is a YAML mapping, or empty. `kind` is what the codes of
/// its mistakes start with.
pub(crate) fn pieces<'s>(source: &'s SourceFile, kind: &str, problems: &mut Vec<Diagnostic>) -> Vec<Piece<'s>> {
    let text = source.text();
    let error = |at: Range<usize>, message: String| {
        Diagnostic::error(format!("{kind}/yaml"), message, Label::new(source.span(at), ""))
    };
    if text.len() > LARGEST_FILE {
        let message = format!("the file has {} bytes; it may have at most {LARGEST_FILE}", text.len());
        problems.push(error(0..0, message));
        return Vec::new();
    }
    if let Some(at) = too_deep(text) {
        let message = format!("the brackets go deeper than {DEEPEST} here; they may go so deep and no deeper");
        problems.push(error(at..line_end(text, at).min(at + 1), message));
        return Vec::new();
    }
    if let Some(at) = line_end_of_yaml_alone(text) {
        let message = "a line ends here for YAML, and goes on for all else".to_owned();
        let help = "end lines with a line feed; write the character as an escape in double quotes if it is meant";
        problems.push(error(at..at, message).with_help(help));
        return Vec::new();
    }
    match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(serde_yaml::Value::Mapping(_)) => {}
        // Nothing but comments.
        Ok(serde_yaml::Value::Null) => return Vec::new(),
        Ok(_) => {
            problems.push(error(0..line_end(text, 0), NO_MAPPING.to_owned()));
            return Vec::new();
        }
        Err(yaml) => {
            problems.push(yaml_error(source, kind, &yaml, 0));
            return Vec::new();
        }
    }
    let mut pieces: Vec<Piece<'s>> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let key = line.split_once(':').map(|(key, _)| key.trim_end()).unwrap_or_default();
        let plain =
            !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if plain {
            pieces.push(Piece { key: &text[start..start + key.len()], text: "", start });
        } else if !(line.trim().is_empty() || line.starts_with([' ', '\t', '#', '-', '%']) || line.starts_with("...")) {
            let message =
                "expected a top-level key at the start of the line: letters, digits and hyphens, then a colon"
                    .to_owned();
            problems.push(error(start..line_end(text, start), message));
        }
    }
    let ends: Vec<usize> = pieces.iter().skip(1).map(|piece| piece.start).chain([text.len()]).collect();
    for (piece, end) in pieces.iter_mut().zip(ends) {
        piece.text = &text[piece.start..end];
    }
    pieces
}

/// Where a line ends for YAML that does not end for who counts or adds lines: at a carriage return by itself, or at one of
/// Unicode's line ends.
fn line_end_of_yaml_alone(text: &str) -> Option<usize> {
    let ends = text.match_indices(['\r', '\u{85}', '\u{2028}', '\u{2029}']);
    ends.map(|(at, _)| at).find(|at| !text[*at..].starts_with("\r\n"))
}

/// Where more brackets are open than there may be. Those inside of quotation marks are counted, too: they come in pairs,
/// or else are few.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > DEEPEST
    })
}

/// An entry of a list of mappings.
pub(crate) struct Item<'t> {
    /// Its keys, cut as those of a file are.
    pub(crate) pieces: Vec<Piece<'t>>,
    /// The text of its lines, the last one's end included. Comments less indented than its keys are not part of it.
    pub(crate) lines: Range<usize>,
    /// How far its dash is indented, in bytes.
    pub(crate) indent: usize,
}

/// Cuts a list of mappings at its entries, and each entry at its keys. A list without a value is empty.
pub(crate) fn items<'s>(
    piece: &Piece<'s>,
    source: &'s SourceFile,
    kind: &str,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Item<'s>> {
    let error = |at: Range<usize>, message: &str| {
        Diagnostic::error(format!("{kind}/yaml"), message, Label::new(source.span(at), ""))
    };
    let key = piece.start..piece.start + piece.key.len();
    let count = match serde_yaml::from_str::<BTreeMap<String, serde_yaml::Value>>(piece.text) {
        Ok(mapping) => match mapping.get(piece.key) {
            Some(serde_yaml::Value::Sequence(entries)) => entries.len(),
            Some(serde_yaml::Value::Null) => 0,
            _ => {
                problems.push(error(key, "expected a list: lines that start with `- `"));
                return Vec::new();
            }
        },
        Err(yaml) => {
            problems.push(yaml_error(source, kind, &yaml, piece.start));
            return Vec::new();
        }
    };
    if count == 0 {
        return Vec::new();
    }
    let items = cut_items(piece, source);
    // Only what is written one key a line can be cut; all else is told from it by its count.
    let is_cut = |item: &Item<'_>| !item.pieces.is_empty() && item.pieces.iter().all(|piece| !piece.key.is_empty());
    if items.len() == count && items.iter().all(is_cut) {
        return items;
    }
    let wrong = items.iter().find(|item| !is_cut(item)).map_or(key, |item| {
        let start = item.lines.start + item.indent;
        start..line_end(source.text(), start)
    });
    problems.push(error(wrong, "expected entries that start with `- ` on a line, and a line for each `key: value`"));
    Vec::new()
}

fn cut_items<'s>(piece: &Piece<'s>, source: &'s SourceFile) -> Vec<Item<'s>> {
    let text = source.text();
    let mut items: Vec<Item<'s>> = Vec::new();
    // Where the keys of the current entry stand in their lines; nothing while none has come.
    let mut column = None;
    let mut start = piece.start;
    for (number, whole) in piece.text.split_inclusive('\n').enumerate() {
        let line = start..start + whole.len();
        start = line.end;
        let indent = whole.len() - whole.trim_start_matches(' ').len();
        let shown = whole.trim();
        if number == 0 || shown.is_empty() {
            continue;
        }
        let dash = items.last().map_or(indent, |item| item.indent);
        let mut at = indent;
        if indent == dash && shown.starts_with('-') && shown[1..].chars().next().is_none_or(|next| next == ' ') {
            items.push(Item { pieces: Vec::new(), lines: line.clone(), indent });
            column = None;
            at = whole.len() - whole[indent + 1..].trim_start().len();
        } else if indent <= dash {
            continue;
        }
        let Some(item) = items.last_mut() else { continue };
        item.lines.end = line.end;
        let rest = whole[at.min(whole.len())..].trim();
        if rest.is_empty() || rest.starts_with('#') || column.is_some_and(|column| column != at) {
            continue;
        }
        column = Some(at);
        let key = rest.split_once(':').map(|(key, _)| key.trim_end()).unwrap_or_default();
        let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let from = line.start + at;
        item.pieces.push(Piece { key: if plain { &text[from..from + key.len()] } else { "" }, text: "", start: from });
    }
    for item in &mut items {
        let ends = item.pieces.iter().skip(1).map(|piece| piece.start).chain([item.lines.end]).collect::<Vec<_>>();
        for (piece, end) in item.pieces.iter_mut().zip(ends) {
            piece.text = &text[piece.start..end];
        }
    }
    items
}

/// Parses the value of a piece.
pub(crate) fn parse<T: DeserializeOwned>(
    piece: &Piece<'_>,
    source: &SourceFile,
    kind: &str,
) -> Result<T, Box<Diagnostic>> {
    let mut parsed: BTreeMap<String, T> =
        serde_yaml::from_str(piece.text).map_err(|yaml| Box::new(yaml_error(source, kind, &yaml, piece.start)))?;
    let value = parsed.remove(piece.key);
    value.ok_or_else(|| {
        let label = Label::new(source.span(piece.start..piece.start + piece.key.len()), "");
        Box::new(Diagnostic::error(format!("{kind}/yaml"), format!("`{}` has no value", piece.key), label))
    })
}

/// A text as a YAML scalar in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut scalar = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => scalar.extend(['\\', character]),
            character if character.is_control() => {
                // Writing to a String can't fail.
                let _ = write!(scalar, "\\u{:04x}", u32::from(character));
            }
            character => scalar.push(character),
        }
    }
    scalar.push('"');
    scalar
}

/// Parses the value of a piece into its place.
pub(crate) fn read_piece<T: DeserializeOwned>(
    piece: &Piece<'_>,
    source: &SourceFile,
    kind: &str,
    place: &mut T,
) -> Result<(), Box<Diagnostic>> {
    parse(piece, source, kind).map(|value| *place = value)
}

/// A text longer than this, in bytes, is no name with a slip in it. Holding two texts against each other takes time and
/// memory by the product of their lengths.
const LONGEST_NAME: usize = 100;

/// The known text that an unknown one was probably meant to be.
pub(crate) fn did_you_mean<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if text.len() > LONGEST_NAME {
        return None;
    }
    // What some read as YAML's word for `off` is a slip away from `on`.
    let switch = match text {
        "no" | "false" => Some("off"),
        "yes" | "true" => Some("on"),
        _ => None,
    };
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(known) = known.iter().copied().find(|known| switch == Some(*known)) {
        return Some(known);
    }
    let close = known.into_iter().map(|known| (strsim::damerau_levenshtein(text, known), known));
    close.filter(|(distance, known)| *distance <= known.len().max(3) / 3).min().map(|(_, known)| known)
}

/// A YAML error as a diagnostic; `base` is the text offset of what was parsed.
fn yaml_error(source: &SourceFile, kind: &str, yaml: &serde_yaml::Error, base: usize) -> Diagnostic {
    let text = source.text();
    let at = match yaml.location() {
        Some(location) => {
            let below = location.line().saturating_sub(1);
            let line = source.line_range(source.line_at(base) + below);
            // What was parsed may start inside of its first line.
            let from = if below == 0 { base } else { line.start };
            let column = text[from..line.end.max(from)].chars().take(location.column().saturating_sub(1));
            let start = (from + column.map(char::len_utf8).sum::<usize>()).min(text.len());
            start..line_end(text, start).max(start)
        }
        None => base..line_end(text, base),
    };
    let message = yaml.to_string();
    let message = in_words(message.split(" at line ").next().unwrap_or(&message));
    let help = match message.as_str() {
        text if text.contains("repetition limit") || text.contains("recursion limit") => {
            Some("aliases (`*name`) may not multiply: write the values out".to_owned())
        }
        text if text.contains("unknown anchor") => {
            Some("an alias (`*name`) reaches only anchors of the same top-level key".to_owned())
        }
        text => meant_name(text).map(|meant| format!("did you mean `{meant}`?")),
    };
    let diagnostic = Diagnostic::error(format!("{kind}/yaml"), message, Label::new(source.span(at), "here"));
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

/// A message without the names that numbers have in programs.
fn in_words(message: &str) -> String {
    let Some((given, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let most = match expected {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX,
        "u64" | "usize" => return format!("{given}, expected a whole number, 0 or more"),
        _ => return message.to_owned(),
    };
    format!("{given}, expected a whole number from 0 to {most}")
}

/// Of "unknown field `a`, expected one of `b`, `c`", the name that was probably meant.
fn meant_name(message: &str) -> Option<&str> {
    let mut names = message.split_once("unknown ")?.1.split('`').skip(1).step_by(2);
    let given = names.next()?;
    did_you_mean(given, names)
}

pub(crate) fn line_end(text: &str, start: usize) -> usize {
    text[start..].find(['\n', '\r']).map_or(text.len(), |length| start + length)
}

/// Finds a value's text inside of a key's entry: the range of the source text, or of the key where the text is written
/// in another way (folded over lines, escaped).
pub(crate) fn find(source: &SourceFile, key: &str, value: &str) -> Range<usize> {
    let text = source.text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            break;
        }
        start += line.len();
    }
    if start >= text.len() {
        return 0..line_end(text, 0);
    }
    let entry = text[start..]
        .split_inclusive('\n')
        .enumerate()
        .take_while(|(idx, line)| *idx == 0 || line.starts_with([' ', '\t', '-', '#', '\n', '\r']));
    let end = start + entry.map(|(_, line)| line.len()).sum::<usize>();
    let after_key = start + key.len();
    let quoted = value.replace('\'', "''");
    let entry = &text[after_key..end];
    // In quotes, if it stands in quotes anywhere: a short text may be part of another one.
    let in_quotes = ['\'', '"'].map(|quote| entry.find(&format!("{quote}{quoted}{quote}")).map(|at| at + 1));
    let at = in_quotes.into_iter().flatten().map(|at| (at, quoted.len())).next();
    let plain = || [value, &quoted].into_iter().find_map(|value| Some((entry.find(value)?, value.len())));
    let found = if value.is_empty() { None } else { at.or_else(plain) };
    let found = found.map(|(at, length)| after_key + at..after_key + at + length);
    found.unwrap_or(start..after_key)
}

/// Holds a JSON Schema against the one that is kept in the repository. `UPDATE_SCHEMAS=1` writes it.
#[cfg(test)]
pub(crate) fn check_schema(name: &str, schema: &schemars::Schema) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let generated = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == generated, "schemas/{name} lags: run `UPDATE_SCHEMAS=1 cargo test --lib schema`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_words() {
        let days = serde_yaml::from_str::<u16>("-3").unwrap_err().to_string();
        assert_eq!(in_words(&days), "invalid type: integer `-3`, expected a whole number from 0 to 65535");
        for (message, told) in [
            ("a, expected u8", "a, expected a whole number from 0 to 255"),
            ("a, expected u32", "a, expected a whole number from 0 to 4294967295"),
            ("a, expected b, expected usize", "a, expected b, expected a whole number, 0 or more"),
            ("a, expected a list", "a, expected a list"),
            ("a", "a"),
        ] {
            assert_eq!(in_words(message), told);
        }
    }
}
