//! Text from documents on its way to a terminal.

use std::borrow::Cow;
use std::ops::Range;

/// The text with every character that a terminal acts on, or that reorders what stands around it, replaced by a
/// visible one of the same length in bytes, so that spans into it stay right. Line ends and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| replacement(character).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|character| replacement(character).unwrap_or(character)).collect())
}

fn replacement(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => None,
        // A lone CR would overwrite the line; as part of CRLF it is as well not seen.
        '\r' => Some(' '),
        '\0'..='\u{1F}' | '\u{7F}' => Some('?'),
        '\u{80}'..='\u{9F}' => Some('\u{B7}'),
        '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some('\u{FFFD}')
        }
        _ => None,
    }
}

/// A text in one line of at most `width` characters, cut with an ellipsis.
pub(super) fn excerpt(text: &str, width: usize) -> String {
    let line = printable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= width {
        return line;
    }
    let cut: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// An excerpt that holds the words at a range of the text, or their start: cut in front of them as well where they
/// stand too far into it.
pub(super) fn excerpt_around(text: &str, words: Range<usize>, width: usize) -> String {
    let room = width.saturating_sub(words.len()) / 2;
    let before = text[..words.start].char_indices().rev().take(room).last().map_or(words.start, |(at, _)| at);
    if before == 0 || text.chars().count() <= width {
        return excerpt(text, width);
    }
    let start = text[before..words.start].find(' ').map_or(before, |space| before + space + 1);
    format!("…{}", excerpt(&text[start..], width.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_visible_and_keep_their_length() {
        let hostile = "a\u{1b}[31mred\u{9b}x\u{202e}y\r\nz\u{7}";
        let shown = printable(hostile);
        assert_eq!(shown, "a?[31mred\u{b7}x\u{fffd}y \nz?");
        assert_eq!(shown.len(), hostile.len());
    }

    #[test]
    fn an_excerpt_is_one_line_of_the_width() {
        assert_eq!(excerpt("one\ntwo  three four", 9), "one two…");
        let around = |words: &str, width| {
            let text = "one two three four five six seven";
            let start = text.find(words).unwrap();
            excerpt_around(text, start..start + words.len(), width)
        };
        assert_eq!(around("two", 33), "one two three four five six seven");
        assert_eq!(around("two", 12), "one two thr…");
        assert_eq!(around("five", 14), "…five six sev…");
    }
}
