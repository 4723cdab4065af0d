//! YAML text, cut at its top-level keys, with the way from its errors and values to places in the file: for rule files
//! and for all else that users write in YAML. The only place that knows the YAML crate.
//!
//! A file is read key by key, so that one mistake hides no other: the text is cut at its top-level keys and each piece
//! is parsed by itself, which also keeps every error's line and column. What a piece says is checked after that, and
//! located by finding its text in the file.

mod distinct;
mod entries;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;
use distinct::{Distinct, Mapping};
use entries::{blank, entries};

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
    keys: Keys,
}

/// What is known of the keys in the mappings of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// None stands twice in its mapping.
    Distinct,
    /// One may, and is to be found where it does.
    Unknown,
}

/// A value or a list of values.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor)
    }
}

struct OneOrMoreVisitor;

impl<'de> Visitor<'de> for OneOrMoreVisitor {
    type Value = OneOrMore;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a word or a list of words")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<OneOrMore, E> {
        Ok(OneOrMore::One(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<OneOrMore, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(values)).map(OneOrMore::More)
    }
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
    // Nearly every file is a mapping without mistakes, which one reading tells.
    let keys = match serde_yaml::from_str::<Option<Mapping<Distinct>>>(text) {
        Ok(Some(_)) => Keys::Distinct,
        // Nothing but comments.
        Ok(None) => return Vec::new(),
        Err(_) => Keys::Unknown,
    };
    if keys == Keys::Unknown {
        if let Err(yaml) = serde_yaml::from_str::<IgnoredAny>(text) {
            problems.push(yaml_error(source, kind, &yaml, text, 0));
            return Vec::new();
        }
        if serde_yaml::from_str::<Mapping<IgnoredAny>>(text).is_err() {
            problems.push(error(0..line_end(text, 0), NO_MAPPING.to_owned()));
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
            pieces.push(Piece { key: &text[start..start + key.len()], text: "", start, keys });
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
    problems.extend(repeated(&pieces, source, kind));
    pieces
}

/// The keys that stand a second time. Their values are read all the same: what is wrong in them is to be told, too.
fn repeated(pieces: &[Piece<'_>], source: &SourceFile, kind: &str) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let mut problems = Vec::new();
    for Piece { key, start, .. } in pieces {
        let at = *start..start + key.len();
        match first.get(key) {
            None => {
                first.insert(key, at);
            }
            Some(first) => {
                let message = format!("the key `{key}` stands here a second time");
                let label = Label::new(source.span(at), "the second one");
                let related = vec![Label::new(source.span(first.clone()), "the first one")];
                let problem = Diagnostic { related, ..Diagnostic::error(format!("{kind}/yaml"), message, label) };
                problems.push(problem.with_help("write what both are to say under one of them"));
            }
        }
    }
    problems
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
    let count = match serde_yaml::from_str::<BTreeMap<String, Option<Vec<IgnoredAny>>>>(piece.text) {
        Ok(mut mapping) => mapping.remove(piece.key).flatten().map_or(0, |entries| entries.len()),
        Err(_) => {
            problems.push(error(key, "expected a list: lines that start with `- `"));
            return Vec::new();
        }
    };
    if count == 0 {
        // What is no list may be read as none, and nothing could be added to it.
        if !piece.text.split_once(':').is_some_and(|(_, value)| is_empty_list(value)) {
            problems.push(error(key, "expected a list: lines that start with `- `, or `[]`"));
        }
        return Vec::new();
    }
    // Only what is written one key a line can be cut; all else is told from it by its count.
    let expected = "expected entries that start with `- ` on a line, and a line for each `key: value`";
    let mut items = cut_items(piece, source);
    if items.len() != count {
        problems.push(error(key, expected));
    }
    items.retain(|item| {
        let is_cut = !item.pieces.is_empty() && item.pieces.iter().all(|piece| !piece.key.is_empty());
        if is_cut {
            problems.extend(repeated(&item.pieces, source, kind));
        } else {
            let start = item.lines.start + item.indent;
            problems.push(error(start..line_end(source.text(), start), expected));
        }
        is_cut
    });
    items
}

/// Whether nothing is written, besides comments, or brackets on the first line.
fn is_empty_list(value: &str) -> bool {
    let mut lines = value.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let first = lines.next().unwrap_or_default();
    let brackets = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    (first.is_empty() || brackets.is_some_and(|inner| inner.trim().is_empty())) && lines.all(str::is_empty)
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
        item.pieces.push(Piece {
            key: if plain { &text[from..from + key.len()] } else { "" },
            text: "",
            start: from,
            keys: piece.keys,
        });
    }
    for item in &mut items {
        let ends = item.pieces.iter().skip(1).map(|piece| piece.start).chain([item.lines.end]).collect::<Vec<_>>();
        for (piece, end) in item.pieces.iter_mut().zip(ends) {
            piece.text = &text[piece.start..end];
        }
    }
    items
}

/// What came of a value that holds mistakes.
pub(crate) struct Mistaken<T> {
    /// All of them.
    pub(crate) problems: Vec<Diagnostic>,
    /// The value without the entries, of itself, that hold a mistake.
    pub(crate) entries: Option<T>,
    /// The value without the mistakes: an entry that holds one may have others beside it.
    pub(crate) rest: Option<T>,
}

/// The most mistakes of one value that are looked for: for each the value is read anew.
const MOST_MISTAKES: usize = 20;

/// How much text is read anew for them, in bytes: a file may be large, and all of it one value.
const MOST_READ: usize = 1 << 20;

/// Parses the value of a piece. Each mistake spoils the smallest entry around it, and no more: the others are told, too.
pub(crate) fn parse<T: DeserializeOwned>(piece: &Piece<'_>, source: &SourceFile, kind: &str) -> Result<T, Mistaken<T>> {
    let mut error = match attempt::<T>(piece, piece.text) {
        Ok(Some(value)) => return Ok(value),
        Ok(None) => {
            let label = Label::new(source.span(piece.start..piece.start + piece.key.len()), "");
            let problem = Diagnostic::error(format!("{kind}/yaml"), format!("`{}` has no value", piece.key), label);
            return Err(Mistaken { problems: vec![problem], entries: None, rest: None });
        }
        Err(error) => error,
    };
    let mut ranges = entries(piece.text);
    ranges.sort_by_key(ExactSizeIterator::len);
    let mut problems = Vec::new();
    let mut blanked: Vec<Range<usize>> = Vec::new();
    let mut text = piece.text.to_owned();
    let mut whole = text.clone();
    while blanked.len() < MOST_MISTAKES && blanked.len() * text.len() < MOST_READ {
        let at = place(&text, &error).unwrap_or_default();
        // A list or mapping that is not in brackets starts where its first entry does.
        let message = error.to_string();
        let of_whole = ["missing field", "invalid type: sequence", "invalid type: map"];
        let starts_list = of_whole.iter().any(|start| message.contains(start)) && !text[at..].starts_with(['[', '{']);
        let around = ranges.iter().filter(|range| range.contains(&at) && !(starts_list && range.start == at));
        let mut around = around.filter(|range| range.start > 0);
        let smallest = around.next();
        let largest = around.next_back().or(smallest);
        // An entry that something was taken out of may lack just that.
        let lacks = |range: &Range<usize>| blanked.iter().any(|of| range.start <= of.start && of.end <= range.end);
        let around = smallest.cloned().unwrap_or(0..text.len());
        if !lacks(&around) {
            let separator = |c: char| c == ',' || c.is_whitespace();
            let value = at..at + text[at..around.end.max(at)].trim_end_matches(separator).len();
            let mut problem = yaml_error(source, kind, &error, &text[..value.end], piece.start);
            if message.contains("a YAML tag") {
                let named = names_expected::<T>(piece, &text, &problem.message, value);
                problem.message = named.unwrap_or(problem.message);
            }
            problems.push(problem);
        }
        let (Some(smallest), Some(largest)) = (smallest, largest) else { break };
        blank(&mut text, smallest.clone());
        blank(&mut whole, largest.clone());
        blanked.push(smallest.clone());
        error = match attempt::<T>(piece, &text) {
            // What is left may be no YAML: then it says nothing of the file.
            Err(error) if serde_yaml::from_str::<IgnoredAny>(&text).is_ok() => error,
            _ => break,
        };
    }
    problems.sort_by_key(|problem| problem.primary.span);
    let value = |text: &str| attempt::<T>(piece, text).ok().flatten();
    Err(Mistaken { problems, entries: value(&whole), rest: value(&text) })
}

fn attempt<T: DeserializeOwned>(piece: &Piece<'_>, text: &str) -> Result<Option<T>, serde_yaml::Error> {
    if piece.keys == Keys::Unknown {
        serde_yaml::from_str::<Distinct>(text)?;
    }
    Ok(serde_yaml::from_str::<BTreeMap<String, T>>(text)?.remove(piece.key))
}

/// A message on a list or mapping that stands in the place of a name, with the names, which the parser tells only of other
/// words.
fn names_expected<T: DeserializeOwned>(
    piece: &Piece<'_>,
    text: &str,
    message: &str,
    value: Range<usize>,
) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let mut text = text.to_owned();
    blank(&mut text, value.clone());
    // A list may start where its key does; a word may not.
    let word = if text[..value.start].ends_with('\n') { value.start - 1 } else { value.start };
    text.replace_range(word..value.start + 1, if word < value.start { " _" } else { "_" });
    let of_word = attempt::<T>(piece, &text).err()?.to_string();
    let names = of_word.split_once("unknown variant ")?.1.split_once(", ")?.1.split(" at line ").next()?;
    Some(format!("{}, {names}", message.split_once(", expected ")?.0))
}

/// Parses the value of a piece into its place, as far as it is right.
pub(crate) fn read_piece<T: DeserializeOwned>(
    piece: &Piece<'_>,
    source: &SourceFile,
    kind: &str,
    place: &mut T,
) -> Result<(), Vec<Diagnostic>> {
    match parse(piece, source, kind) {
        Ok(value) => *place = value,
        Err(Mistaken { problems, rest, .. }) => {
            rest.into_iter().for_each(|rest| *place = rest);
            return Err(problems);
        }
    }
    Ok(())
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

/// The place of an error in the text that was parsed, where it has one.
fn place(text: &str, yaml: &serde_yaml::Error) -> Option<usize> {
    let location = yaml.location()?;
    let lines = text.split_inclusive('\n').take(location.line().saturating_sub(1));
    let start = lines.map(str::len).sum::<usize>();
    let column = text[start..line_end(text, start)].chars().take(location.column().saturating_sub(1));
    Some(start + column.map(char::len_utf8).sum::<usize>())
}

/// A YAML error as a diagnostic; `text` is what was parsed, and `base` its offset in the file.
fn yaml_error(source: &SourceFile, kind: &str, yaml: &serde_yaml::Error, text: &str, base: usize) -> Diagnostic {
    let at = place(text, yaml).unwrap_or_default();
    let at = base + at..base + line_end(text, at);
    let message = yaml.to_string();
    let message = without_numbers(&in_words(message.split(" at line ").next().unwrap_or(&message)));
    let help = match message.as_str() {
        text if text.contains("repetition limit") || text.contains("recursion limit") => {
            Some("aliases (`*name`) may not multiply: write the values out".to_owned())
        }
        text if text.contains("unknown anchor") => {
            Some("an alias (`*name`) reaches only anchors of the same top-level key".to_owned())
        }
        text => meant_name(text).map(|meant| format!("did you mean `{meant}`?")),
    };
    let is_tab = source.text()[at.start..].starts_with('\t') && message.contains("cannot start any token");
    let (message, help) = match is_tab {
        true => {
            ("a tab stands here, which is no indentation in YAML".to_owned(), Some("indent with spaces".to_owned()))
        }
        false => (message, help),
    };
    let diagnostic = Diagnostic::error(format!("{kind}/yaml"), message, Label::new(source.span(at), "here"));
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

/// A message whose path (`overrides[1].rules: ...`) does not count the entries of lists: the place is shown, and of a list
/// that something was taken out of, the number would be another one.
fn without_numbers(message: &str) -> String {
    let path = message.find(": ").unwrap_or_default();
    let (path, rest) = message.split_at(path);
    let mut steps = path.split('[');
    let first = steps.next().unwrap_or_default().to_owned();
    let path = steps.fold(first, |path, step| match step.split_once(']') {
        Some((number, after)) if number.bytes().all(|byte| byte.is_ascii_digit()) => path + after,
        _ => path + "[" + step,
    });
    path + rest
}

/// A message without the names that numbers have in programs.
fn in_words(message: &str) -> String {
    let Some((given, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let given = given.trim_end_matches(" as u128").trim_end_matches(" as i128");
    let most = match expected {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX,
        "u64" | "usize" => return format!("{given}, expected a whole number, 0 or more"),
        _ => return format!("{given}, expected {expected}"),
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
/// in another way (folded over lines, escaped), or is empty.
pub(crate) fn find(source: &SourceFile, key: &str, value: &str) -> Range<usize> {
    if value.is_empty() {
        return find_first(source, key, &[]);
    }
    let text = source.text();
    let quoted = value.replace('\'', "''");
    // In quotes, if it stands in quotes anywhere: a short text may be part of another one.
    let in_quotes = ['\'', '"'].map(|quote| format!("{quote}{quoted}{quote}"));
    let found = find_first(source, key, &in_quotes.each_ref().map(String::as_str));
    if in_quotes.iter().any(|quoted| text[found.clone()] == **quoted) {
        return found.start + 1..found.end - 1;
    }
    // Else by itself, and as part of other words only if it stands nowhere else.
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '*');
    let Some(entry) = entry_of(text, key) else { return found };
    let after_key = entry.start + key.len();
    let entry = &text[after_key..entry.end];
    let is_whole = |at: &usize| !entry[..*at].ends_with(is_part) && !entry[at + value.len()..].starts_with(is_part);
    let whole = entry.match_indices(value).map(|(at, _)| at).find(is_whole);
    match whole {
        Some(at) => after_key + at..after_key + at + value.len(),
        None => find_first(source, key, &[value, &quoted]),
    }
}

/// Finds the first of some texts that stands inside of a key's entry, as it is: its range, or that of the key.
pub(crate) fn find_first(source: &SourceFile, key: &str, texts: &[&str]) -> Range<usize> {
    let text = source.text();
    let Some(entry) = entry_of(text, key) else { return 0..line_end(text, 0) };
    let after_key = entry.start + key.len();
    let found = texts.iter().find_map(|sought| Some((text[after_key..entry.end].find(sought)?, sought.len())));
    let found = found.map(|(at, length)| after_key + at..after_key + at + length);
    found.unwrap_or(entry.start..after_key)
}

/// Where the entry of a top-level key stands. Of two, the value of the later one counts.
fn entry_of(text: &str, key: &str) -> Option<Range<usize>> {
    let mut offset = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            start = Some(offset);
        }
        offset += line.len();
    }
    let start = start?;
    let lines = text[start..]
        .split_inclusive('\n')
        .enumerate()
        .take_while(|(idx, line)| *idx == 0 || line.starts_with([' ', '\t', '-', '#', '\n', '\r']));
    Some(start..start + lines.map(|(_, line)| line.len()).sum::<usize>())
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
    use proptest::prelude::*;

    use super::*;

    /// What is wrong with a value, a line for each mistake, with what is marked; and what is left of it, without the entries
    /// that hold a mistake, and without the mistakes.
    fn mistakes<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let source = SourceFile::new("a.yaml", text.as_bytes());
        let mut problems = Vec::new();
        let piece = pieces(&source, "a", &mut problems).remove(0);
        let Mistaken { problems, entries, rest } = parse::<T>(&piece, &source, "a").unwrap_err();
        let shown = |problem: &Diagnostic| {
            let help = problem.help.iter().map(|help| format!(" ({help})")).collect::<String>();
            format!("[{}] {}{help}", source.slice(problem.primary.span), problem.message)
        };
        let lines = problems.iter().map(shown).chain([entries, rest].map(|left| format!("{left:?}")));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        #[allow(dead_code, reason = "shown in a snapshot")]
        name: String,
        #[serde(default)]
        #[allow(dead_code, reason = "shown in a snapshot")]
        of: Option<Name>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Name {
        One,
        Two,
    }

    #[test]
    fn all_mistakes_of_a_value_are_told_each_at_its_place() {
        insta::assert_snapshot!(mistakes::<Vec<Fields>>("a:\n  - name: x\n    of: tow # so\n  - nam: y\n    of: one\n  - name: [z]\n    \
             of:\n      - one\n  - of: one\n  - name: v\n    of: {}\n    name: w\n  - {name: u}\n"), @r#"
        [tow # so] a.of: unknown variant `tow`, expected `one` or `two` (did you mean `two`?)
        [nam: y] a: unknown field `nam`, expected `name` or `of` (did you mean `name`?)
        [[z]] a.name: invalid type: sequence, expected a string
        [- one] a.of: invalid type: sequence, expected `one` or `two`
        [of: one] a: missing field `name`
        [{}] a.of: invalid type: map, expected `one` or `two`
        [name: w] a: the key `name` stands here a second time
        Some([Fields { name: "u", of: None }])
        Some([Fields { name: "x", of: None }, Fields { name: "v", of: None }, Fields { name: "u", of: None }])
        "#);
        insta::assert_snapshot!(mistakes::<Vec<Fields>>("a: [{name: 'x', of: 'o, }'}, # no\n  {name: [], of: one}, {name: y}, é]\n"), @r#"
        ['o, }'] a.of: unknown variant `o, }`, expected `one` or `two`
        [[]] a.name: invalid type: sequence, expected a string
        [é] a: invalid type: string "é", expected struct Fields
        Some([Fields { name: "y", of: None }])
        Some([Fields { name: "x", of: None }, Fields { name: "y", of: None }])
        "#);
        insta::assert_snapshot!(mistakes::<Name>("a:\n- one\n- two\n"), @"
        [- one] a: invalid type: sequence, expected `one` or `two`
        None
        None
        ");
        insta::assert_snapshot!(mistakes::<Vec<String>>("a: {b: c}\n"), @"
        [{b: c}] a: invalid type: map, expected a sequence
        None
        None
        ");
        insta::assert_snapshot!(mistakes::<Vec<u8>>("a:\n  - 1000\n  - |\n    - 1000\n  - 3\n"), @r#"
        [1000] a: invalid value: integer `1000`, expected a whole number from 0 to 255
        [|] a: invalid type: string "- 1000\n", expected a whole number from 0 to 255
        Some([3])
        Some([3])
        "#);
        insta::assert_snapshot!(mistakes::<BTreeMap<String, OneOrMore>>("a: {b: 1, c: [d, {}], e: f, b: g}\n"), @r#"
        [1] a.b: invalid type: integer `1`, expected a word or a list of words
        [{}] a.c: invalid type: map, expected a string
        [b: g] a: the key `b` stands here a second time
        Some({"e": One("f")})
        Some({"c": More(["d"]), "e": One("f")})
        "#);
    }

    #[test]
    fn a_mistake_of_the_whole_file_has_a_place() {
        let told = |text: &str| {
            let source = SourceFile::new("a.yaml", text.as_bytes());
            let mut problems = Vec::new();
            for piece in pieces(&source, "a", &mut problems) {
                let mistakes = parse::<IgnoredAny>(&piece, &source, "a").err().map(|mistaken| mistaken.problems);
                problems.extend(mistakes.into_iter().flatten());
            }
            let shown = |problem: &Diagnostic| {
                let at = source.position(problem.primary.span.start());
                let related = problem.related.iter().map(|label| format!(", {}", source.slice(label.span)));
                format!("{}:{} {}{}", at.line, at.column, problem.message, related.collect::<String>())
            };
            problems.iter().map(shown).collect::<Vec<_>>().join("\n")
        };
        let bomb = (1..9).fold("x: y\nb:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            text + &format!("- &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))
        });
        insta::assert_snapshot!([
            told("a: x\nb: y\na: z\n"),
            told("a: {b: c,\n  b: d}\nc: !e {f: g, f: 999999999999999999999999}\n"),
            told("a:\n\tb: c\n"),
            told("a:\n  b: 'c\n"),
            told("- a\n"),
            told("# a\n"),
            told(&bomb),
        ].join("\n"), @"
        3:1 the key `a` stands here a second time, a
        2:3 a: the key `b` stands here a second time
        3:14 c: the key `f` stands here a second time
        2:1 a tab stands here, which is no indentation in YAML
        3:1 found unexpected end of stream
        1:1 expected a mapping: lines of `key: value`

        2:1 repetition limit exceeded
        ");
    }

    proptest! {
        /// Where entries stand is told from the text alone, and what is left without them is read again.
        #[test]
        fn no_text_is_too_odd_to_have_mistakes(value in "([a-cé:&*!|>'\"#,{}\\[\\] \n\t-]|- |: |\n  |\n    |name: |of: |<<: ){0,40}") {
            let source = SourceFile::new("a.yaml", format!("a: {value}\n").as_bytes());
            let mut problems = Vec::new();
            for piece in pieces(&source, "a", &mut problems) {
                let told = |mistaken: Vec<Diagnostic>| assert!(!mistaken.is_empty());
                let _ = parse::<Vec<Fields>>(&piece, &source, "a").map_err(|mistaken| told(mistaken.problems));
                let _ = parse::<BTreeMap<String, Name>>(&piece, &source, "a").map_err(|mistaken| told(mistaken.problems));
                let _ = parse::<Name>(&piece, &source, "a").map_err(|mistaken| told(mistaken.problems));
            }
            for range in entries(source.text()) {
                blank(&mut source.text().to_owned(), range);
            }
        }
    }

    #[test]
    fn mistakes_without_end_are_told_in_part() {
        let text = format!("a: [{}]\n", "x, ".repeat(1000));
        assert_eq!(mistakes::<Vec<u8>>(&text).lines().count(), MOST_MISTAKES + 2);
        let text = format!("a: [{}]\n", "x, ".repeat(MOST_READ / 3 / 8));
        assert_eq!(mistakes::<Vec<u8>>(&text).lines().count(), 8 + 2);
    }

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
