//! YAML text, cut at its top-level keys, with the way from its errors and values to places in the file: for rule files
//! and for all else that users write in YAML. The only place that knows the YAML crate.
//!
//! A file is read key by key, so that one mistake hides no other: the text is cut at its top-level keys and each piece
//! is parsed by itself, which also keeps every error's line and column. What a piece says is checked after that, and
//! located by finding its text in the file.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;

/// The largest file that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// A top-level key of a file and the text of its entry, the key included.
pub(crate) struct Piece<'t> {
    pub(crate) key: &'t str,
    pub(crate) text: &'t str,
    /// The text offset of the key in the file.
    pub(crate) start: usize,
}

/// Cuts a file at its top-level keys, after making sure that it is a YAML mapping at all. `kind` is what the codes of
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
    match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(serde_yaml::Value::Mapping(_)) => {}
        Ok(_) => {
            problems.push(error(0..line_end(text, 0), "expected a mapping: lines of `key: value`".to_owned()));
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

/// A YAML error as a diagnostic; `base` is the text offset of what was parsed, which starts a line.
fn yaml_error(source: &SourceFile, kind: &str, yaml: &serde_yaml::Error, base: usize) -> Diagnostic {
    let text = source.text();
    let at = match yaml.location() {
        Some(location) => {
            let first_line = source.line_at(base);
            let line = source.line_range(first_line + location.line().saturating_sub(1));
            let column: usize =
                text[line.clone()].chars().take(location.column().saturating_sub(1)).map(char::len_utf8).sum();
            let start = (line.start + column).min(text.len());
            start..line_end(text, start).max(start)
        }
        None => base..line_end(text, base),
    };
    let message = yaml.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let help = match message.as_str() {
        text if text.contains("repetition limit") || text.contains("recursion limit") => {
            Some("aliases (`*name`) may not multiply: write the values out")
        }
        text if text.contains("unknown anchor") => {
            Some("an alias (`*name`) reaches only anchors of the same top-level key")
        }
        _ => None,
    };
    let diagnostic = Diagnostic::error(format!("{kind}/yaml"), message, Label::new(source.span(at), "here"));
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
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
    let found = [value, &quoted]
        .into_iter()
        .filter(|value| !value.is_empty())
        .find_map(|value| text[after_key..end].find(value).map(|at| after_key + at..after_key + at + value.len()));
    found.unwrap_or(start..after_key)
}
