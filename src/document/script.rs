//! Letters that look like those of another script, and words that mix them.
//!
//! A word like "Tr\u{430}ck" with a Cyrillic "\u{430}" reads as any other to people, and is another one to programs. It comes
//! of typing with two keyboards, or is meant to hide the word.

/// Cyrillic and Greek letters that look like Latin ones, each with that.
#[rustfmt::skip]
const LOOKALIKES: [(char, char); 57] = [
    // Greek capitals, then small letters.
    ('\u{391}', 'A'), ('\u{392}', 'B'), ('\u{395}', 'E'), ('\u{396}', 'Z'), ('\u{397}', 'H'), ('\u{399}', 'I'),
    ('\u{39A}', 'K'), ('\u{39C}', 'M'), ('\u{39D}', 'N'), ('\u{39F}', 'O'), ('\u{3A1}', 'P'), ('\u{3A4}', 'T'),
    ('\u{3A5}', 'Y'), ('\u{3A7}', 'X'), ('\u{3B1}', 'a'), ('\u{3B9}', 'i'), ('\u{3BA}', 'k'), ('\u{3BD}', 'v'),
    ('\u{3BF}', 'o'), ('\u{3C1}', 'p'), ('\u{3C5}', 'u'), ('\u{3C7}', 'x'), ('\u{3F2}', 'c'),
    // Cyrillic.
    ('\u{405}', 'S'), ('\u{406}', 'I'), ('\u{408}', 'J'), ('\u{410}', 'A'), ('\u{412}', 'B'), ('\u{415}', 'E'),
    ('\u{41A}', 'K'), ('\u{41C}', 'M'), ('\u{41D}', 'H'), ('\u{41E}', 'O'), ('\u{420}', 'P'), ('\u{421}', 'C'),
    ('\u{422}', 'T'), ('\u{423}', 'Y'), ('\u{425}', 'X'), ('\u{430}', 'a'), ('\u{435}', 'e'), ('\u{43A}', 'k'),
    ('\u{43E}', 'o'), ('\u{440}', 'p'), ('\u{441}', 'c'), ('\u{443}', 'y'), ('\u{445}', 'x'), ('\u{455}', 's'),
    ('\u{456}', 'i'), ('\u{458}', 'j'), ('\u{4AE}', 'Y'), ('\u{4BB}', 'h'), ('\u{4C0}', 'I'), ('\u{4CF}', 'l'),
    ('\u{501}', 'd'), ('\u{51B}', 'q'), ('\u{51C}', 'W'), ('\u{51D}', 'w'),
];

/// The Latin letter that a letter of another script looks like.
fn lookalike(letter: char) -> Option<char> {
    // Most letters need not be looked for.
    let (first, last) = (LOOKALIKES[0].0, LOOKALIKES[LOOKALIKES.len() - 1].0);
    if !(first..=last).contains(&letter) {
        return None;
    }
    let place = LOOKALIKES.binary_search_by_key(&letter, |(letter, _)| *letter).ok()?;
    Some(LOOKALIKES[place].1)
}

/// The first letter of a word that is not Latin, where the word mixes Latin letters with others that all look like Latin
/// ones. "k\u{3A9}" and "\u{3BC}m" mix scripts, too, and nobody is misled.
pub(crate) fn mixed_in(word: &str) -> Option<char> {
    if word.is_ascii() {
        return None;
    }
    let first = word.chars().find(|c| lookalike(*c).is_some())?;
    let is_latin = |c: char| c.is_ascii_alphabetic() || ('\u{C0}'..='\u{24F}').contains(&c) && c.is_alphabetic();
    let fits = |c: char| is_latin(c) || lookalike(c).is_some() || !c.is_alphabetic();
    let mixed = word.chars().any(is_latin) && word.chars().all(fits);
    mixed.then_some(first)
}

/// Whether a text has letters that look like those of another script.
pub(crate) fn has_lookalike(text: &str) -> bool {
    text.chars().any(|c| lookalike(c).is_some())
}

/// A word as it looks, where it mixes scripts.
pub(crate) fn as_it_looks(word: &str) -> Option<String> {
    mixed_in(word)?;
    Some(word.chars().map(|c| lookalike(c).unwrap_or(c)).collect())
}

/// The name of the script that a letter is of, where it looks like a Latin one.
pub(crate) fn script_of(letter: char) -> &'static str {
    if letter < '\u{400}' { "Greek" } else { "Cyrillic" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(LOOKALIKES.is_sorted());
    }

    #[test]
    fn words_that_mix_scripts_are_read_as_they_look() {
        for (word, looks) in
            [("Tr\u{430}\u{441}k", "Track"), ("D\u{43E}", "Do"), ("N\u{3BF}t", "Not"), ("\u{421}ookie", "Cookie")]
        {
            assert_eq!(as_it_looks(word).as_deref(), Some(looks));
        }
        for word in [
            "Track",
            "Stra\u{DF}e",
            "k\u{3A9}",
            "\u{3BC}m",
            "\u{41D}\u{435}\u{442}",
            "SMS\u{43A}\u{430}\u{43C}\u{438}",
            "\u{3B1}",
        ] {
            assert_eq!(as_it_looks(word), None, "{word}");
        }
    }
}
