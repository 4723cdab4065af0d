//! Characters that mislead: those that nobody sees, and letters that look like others.

use std::ops::Range;

use super::{Flaw, Subject, Unit};
use crate::document::{Format, ProseSpan, has_lookalike, mixed_in, script_of};
use crate::source::Span;

/// Characters that show nothing and yet do something: turn the order of what is read, split a word for programs, carry
/// text of their own. All of one document are one problem.
///
/// Most characters of this kind have their uses, and are let alone there: marks and embeddings in Hebrew and Arabic,
/// joiners in emoji and in scripts that need them, soft hyphens, spaces of no width where a line may break.
pub(super) fn hidden(subject: Subject<'_>) -> Vec<Flaw> {
    let mut places: Vec<(Span, String)> = Vec::new();
    let mut first = None;
    for unit in subject.units() {
        for (range, character) in hidden_in(*unit, subject) {
            first.get_or_insert(character);
            places.push((subject.source.span(range), word_around(*unit, character)));
        }
    }
    let Some(first) = first else { return Vec::new() };
    let count = places.len();
    let name = format!("U+{:04X}, {}", u32::from(first), name_of(first));
    let label = if count > 1 { format!("{name}: the first of {count}") } else { name };
    Flaw::of_all(places, "places").map(|flaw| flaw.labelled(label)).into_iter().collect()
}

/// The words that a place is known by: those of the unit as they are read, cut short.
fn word_around(unit: Unit<'_>, character: char) -> String {
    let words: Vec<&str> = unit.text().split(' ').take(8).collect();
    format!("{:x} {}", u32::from(character), words.join(" "))
}

fn name_of(character: char) -> &'static str {
    match character {
        '\u{200B}' => "a space of no width inside of a word",
        '\u{200C}' | '\u{200D}' => "a joiner inside of a word",
        '\u{202B}' | '\u{202D}' | '\u{202E}' | '\u{2067}' => "turns the order of the letters that follow",
        '\u{E0000}'..='\u{E007F}' => "text that nobody sees",
        _ => "a character of no width inside of a word",
    }
}

/// The hidden characters of a unit that do something, with their ranges of the source text.
fn hidden_in(unit: Unit<'_>, subject: Subject<'_>) -> Vec<(Range<usize>, char)> {
    let text = subject.source.text();
    let range = subject.source.range(unit.span());
    // What shows nothing is not part of a unit's place where it stands at its ends.
    let before: usize = text[..range.start].chars().rev().take_while(|c| shows_nothing(*c)).map(char::len_utf8).sum();
    let after: usize = text[range.end..].chars().take_while(|c| shows_nothing(*c)).map(char::len_utf8).sum();
    let range = range.start - before..range.end + after;
    let shown = &text[range.clone()];
    if (shown.is_ascii() || !shown.chars().any(shows_nothing)) && !shown.contains('&') {
        return Vec::new();
    }
    let characters = characters(shown, subject.document.format());
    if !characters.iter().any(|(_, c)| shows_nothing(*c)) {
        return Vec::new();
    }
    let right_to_left = characters.iter().any(|(_, c)| is_right_to_left(*c));
    let mut letter_before = false;
    let mut in_flag = false;
    let mut found = Vec::new();
    // Those since the last visible character that split a word if a letter follows.
    let mut splitting: Vec<(Range<usize>, char)> = Vec::new();
    for (at, character) in characters {
        let at = range.start + at.start..range.start + at.end;
        match character {
            '\u{202B}' | '\u{202D}' | '\u{202E}' | '\u{2067}' if !right_to_left => found.push((at, character)),
            // The flags of England, Scotland and Wales are made of them.
            '\u{E0000}'..='\u{E007F}' if !in_flag => found.push((at, character)),
            '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{180E}' | '\u{34F}' | '\u{FEFF}'
                if letter_before =>
            {
                splitting.push((at, character));
            }
            _ if shows_nothing(character) => {}
            _ => {
                let letter = splits(character);
                if letter {
                    found.append(&mut splitting);
                }
                splitting.clear();
                letter_before = letter;
                in_flag = character == '\u{1F3F4}';
            }
        }
    }
    found.sort_by_key(|(at, _)| at.start);
    found
}

/// The characters of a text with their places; in markup, references to characters that show nothing are read.
fn characters(text: &str, format: Format) -> Vec<(Range<usize>, char)> {
    let mut characters = Vec::new();
    let mut skip = 0;
    for (at, character) in text.char_indices() {
        if at < skip {
            continue;
        }
        let reference = (character == '&' && format != Format::Plain).then(|| reference(&text[at..])).flatten();
        let (length, character) = reference.unwrap_or((character.len_utf8(), character));
        skip = at + length;
        characters.push((at..skip, character));
    }
    characters
}

/// The longest reference to a character that is read, in bytes.
const LONGEST_REFERENCE: usize = 20;

/// A reference at the start of a text to a character that shows nothing: its length, and the character.
fn reference(text: &str) -> Option<(usize, char)> {
    let end = text.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let number = |digits: &str, radix: u32| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let character = match name {
        "ZeroWidthSpace" => Some('\u{200B}'),
        "zwnj" => Some('\u{200C}'),
        "zwj" => Some('\u{200D}'),
        "NoBreak" => Some('\u{2060}'),
        _ => match name.strip_prefix('#')? {
            digits if digits.starts_with(['x', 'X']) => number(&digits[1..], 16),
            digits => number(digits, 10),
        },
    };
    character.filter(|character| shows_nothing(*character)).map(|character| (end + 1, character))
}

/// Whether a character shows nothing, and takes no room.
fn shows_nothing(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a letter is of a script whose words nothing needs to join or part: Latin, Greek, Cyrillic.
fn splits(character: char) -> bool {
    character.is_alphabetic() && (character < '\u{530}' || ('\u{1E00}'..='\u{1FFF}').contains(&character))
}

fn is_right_to_left(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}'
        | '\u{1E800}'..='\u{1EFFF}')
        && character != '\u{61C}'
}

/// Words that mix Latin letters with Cyrillic or Greek ones that look like them. All of one document are one problem.
pub(super) fn mixed(subject: Subject<'_>) -> Vec<Flaw> {
    let mut places = Vec::new();
    let mut first = None;
    for unit in subject.units().iter().filter(|unit| subject.digest(**unit).is_foreign()) {
        let text = unit.text();
        if !has_lookalike(text) {
            continue;
        }
        let mut start = 0;
        for word in text.split(|c: char| !c.is_alphabetic()) {
            if let Some(letter) = mixed_in(word) {
                first.get_or_insert(letter);
                places.push(unit.place(ProseSpan { start, end: start + word.len() }));
            }
            start += word.len();
            start += text[start..].chars().next().map_or(0, char::len_utf8);
        }
    }
    let Some(letter) = first else { return Vec::new() };
    let count = places.len();
    let told = format!("`{letter}` is a {} letter", script_of(letter));
    let label = if count > 1 { format!("{told}; the first of {count} words") } else { told };
    Flaw::of_all(places, "words").map(|flaw| flaw.labelled(label)).into_iter().collect()
}
