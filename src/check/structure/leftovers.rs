//! What was left over: words that were to be replaced, and text in the wrong encoding.

use std::collections::BTreeMap;

use encoding_rs::WINDOWS_1252;

use super::{Flaw, Subject};
use crate::rule::Words;
use crate::source::Span;

/// Words that were to be replaced; those that say the same are one problem.
pub(super) fn placeholders(subject: Subject<'_>, sought: &Words) -> Vec<Flaw> {
    let sought = sought.narrowed(subject.form.whole());
    let mut kinds: Vec<Vec<(Span, String)>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for unit in subject.units() {
        for found in sought.find(unit.text(), subject.digest(*unit)) {
            let place = unit.place(found);
            let kind = *known.entry(place.1.to_ascii_lowercase()).or_insert(kinds.len());
            if kind == kinds.len() {
                kinds.push(Vec::new());
            }
            kinds[kind].push(place);
        }
    }
    kinds.into_iter().filter_map(|places| Flaw::of_all(places, "places")).collect()
}

/// Characters that are UTF-8 read as Windows-1252 ("â€™"), and those that stand for unreadable bytes. All of them have one
/// cause, and are one problem.
pub(super) fn misdecoded(subject: Subject<'_>) -> Vec<Flaw> {
    let mut places = Vec::new();
    if subject.source.text().is_ascii() {
        return Vec::new();
    }
    for unit in subject.units() {
        let range = subject.source.range(unit.span());
        let text = &subject.source.text()[range.clone()];
        if text.is_ascii() {
            continue;
        }
        let mut skip = 0;
        for (at, character) in text.char_indices().filter(|(_, character)| !character.is_ascii()) {
            if at < skip {
                continue;
            }
            if let Some(length) = misdecoded_at(&text[at..], text[..at].chars().next_back()) {
                skip = at + length;
                let span = subject.source.span(range.start + at..range.start + skip);
                places.push((span, character.to_string()));
            }
        }
    }
    Flaw::of_all(places, "places").into_iter().collect()
}

/// The length, in bytes, of what was decoded wrongly at the start of a text.
fn misdecoded_at(text: &str, before: Option<char>) -> Option<usize> {
    let first = text.chars().next()?;
    if first == '\u{FFFD}' {
        return Some(text.len() - text.trim_start_matches('\u{FFFD}').len());
    }
    // The lead byte of a no-break space whose second half was taken for white space.
    if first == '\u{C2}' && text[2..].starts_with(' ') && before.is_none_or(|before| !before.is_alphanumeric()) {
        return Some(2);
    }
    // A character of several bytes starts with one of these bytes, which are letters of the same number when they are read
    // as Windows-1252.
    if !('\u{C2}'..='\u{F4}').contains(&first) {
        return None;
    }
    let wrong = |count: usize| -> Option<usize> {
        let length: usize = text.chars().take(count).map(char::len_utf8).sum();
        let (bytes, _, unmappable) = WINDOWS_1252.encode(&text[..length]);
        let right = std::str::from_utf8(&bytes).ok()?;
        let one = right.chars().count() == 1 && bytes.len() == count;
        (one && !unmappable).then_some(length)
    };
    (2..=4).find_map(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_decoded_wrongly_and_what_was_not() {
        for wrong in ["â€™s", "Ã©", "Â©", "Â\u{A0}", "ðŸ™‚", "\u{FFFD}\u{FFFD}", "Â "] {
            assert!(misdecoded_at(wrong, None).is_some(), "{wrong}");
        }
        for right in ["é", "“‘We", "Écrit", "™", "– ", "ÂTRE", "über", "é”", "ñ", "à propos"] {
            assert_eq!(misdecoded_at(right, None), None, "{right}");
        }
    }
}
