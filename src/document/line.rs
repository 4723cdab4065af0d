//! What one line of text looks like by itself: a list marker, a title, a way through a page.

/// The longest line that can act as a heading, in characters and in words.
const LONGEST_TITLE: (usize, usize) = (90, 12);

/// What opens a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// Its length in bytes, the white space after it included.
    pub(super) length: usize,
    pub(super) kind: MarkerKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkerKind {
    /// "•", "–", "*", "-": nothing but a list item starts so.
    Bullet,
    /// "(a)", "i)", "b.": a list item.
    Letter,
    /// "4.", "IV.", "§ 7", "2.1": a list item or a heading.
    Number,
}

/// The marker that a line starts with, leading white space already left out.
pub(super) fn marker(line: &str) -> Option<Marker> {
    let first = line.chars().next()?;
    let after = |length: usize, kind: MarkerKind| {
        let rest = &line[length..];
        let spaces = rest.len() - rest.trim_start().len();
        (spaces > 0 && spaces < rest.len()).then_some(Marker { length: length + spaces, kind })
    };
    if matches!(
        first,
        '\u{2022}'
            | '\u{B7}'
            | '\u{25AA}'
            | '\u{25CF}'
            | '\u{25CB}'
            | '\u{25A0}'
            | '\u{25E6}'
            | '\u{2023}'
            | '\u{2043}'
            | '\u{2219}'
            | '\u{F0B7}'
    ) {
        // A bullet needs no space after it: nothing else starts so.
        let rest = &line[first.len_utf8()..];
        let length = line.len() - rest.trim_start().len();
        return (length < line.len()).then_some(Marker { length, kind: MarkerKind::Bullet });
    }
    if matches!(first, '*' | '-' | '+' | '\u{2013}' | '\u{2014}') {
        return after(first.len_utf8(), MarkerKind::Bullet);
    }
    if first == '\u{A7}' {
        let rest = line[first.len_utf8()..].trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        return (digits > 0).then(|| after(line.len() - rest.len() + digits, MarkerKind::Number)).flatten();
    }
    let opened = usize::from(first == '(');
    let body = &line[opened..];
    let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'.').take(9).count();
    let label = body[..length].trim_end_matches('.');
    let closer = &body[label.len()..];
    let closed = closer.starts_with(')') || (opened == 0 && closer.starts_with('.'));
    let numbered = label.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let dotted_number = numbered && label.contains('.');
    if label.is_empty() || (!closed && !dotted_number) {
        return None;
    }
    let end = opened + label.len() + usize::from(closed);
    if numbered && label.len() <= 8 {
        return after(end, MarkerKind::Number);
    }
    let roman = label.len() <= 5 && label.bytes().all(|byte| b"IVX".contains(&byte));
    if roman && closer.starts_with('.') {
        return after(end, MarkerKind::Number);
    }
    let lower_roman = label.len() <= 5 && label.bytes().all(|byte| b"ivx".contains(&byte));
    let one_letter = label.len() == 1 && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    if one_letter || lower_roman {
        return after(end, MarkerKind::Letter);
    }
    None
}

/// Whether all letters of a line are capitals.
pub(super) fn is_capitals(text: &str) -> bool {
    !text.chars().any(char::is_lowercase) && text.chars().filter(|c| c.is_alphabetic()).nth(3).is_some()
}

/// Whether a line is short enough to be a title.
pub(super) fn is_title_length(text: &str) -> bool {
    let (characters, words) = LONGEST_TITLE;
    // A character takes four bytes at most.
    text.len() <= 4 * characters && text.chars().count() <= characters && text.split(' ').count() <= words
}

/// Whether a line reads like a title: starts with a capital or a digit, ends without punctuation (a question may end
/// with its mark), and doesn't open like a statement.
pub(super) fn is_title(text: &str) -> bool {
    const STATEMENTS: [&str; 17] = [
        "we ",
        "you ",
        "it ",
        "this ",
        "there ",
        "please ",
        "if ",
        "i ",
        "these ",
        "such ",
        "any ",
        "to ",
        "all ",
        "by ",
        "should you ",
        "tel",
        "phone",
    ];
    let Some(first) = text.chars().next() else { return false };
    if !(first.is_uppercase() || first.is_ascii_digit()) || !is_title_length(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let closed = text.ends_with(['.', ',', ';', ':', '!']) && (!ends_with_company(&lower) || says_what_is(&lower));
    let has_letter = text.chars().any(char::is_alphabetic);
    let has_digits = text.bytes().filter(u8::is_ascii_digit).count() > 4;
    has_letter
        && !has_digits
        && !ends_in_letter_code(text)
        && !closed
        && !text.contains(". ")
        && !text.contains(": ")
        && !lower.contains("://")
        && !lower.contains("www.")
        && !STATEMENTS.iter().any(|opening| lower.starts_with(opening))
        && !lower.contains(" please ")
}

fn ends_with_company(lower: &str) -> bool {
    ["inc.", "ltd.", "co.", "corp."].iter().any(|form| lower.ends_with(form))
}

/// Whether a text that ends in a company's name has a verb that tells who it is: "The controller is Acme Ltd."
fn says_what_is(lower: &str) -> bool {
    lower.split(' ').any(|word| matches!(word, "is" | "are" | "am" | "ist" | "sind" | "bin"))
}

/// Whether a line of an address tells who there shall read what is sent: "Attn: Privacy", "c/o Acme plc".
pub(super) fn is_attention(text: &str) -> bool {
    const LABELS: [&str; 6] = ["attn", "attention", "att", "fao", "z. hd", "z.hd"];
    is_title_length(text) && (is_labelled(text, &LABELS) || text.starts_with("c/o "))
}

/// Whether a line tells a way to reach somebody, or who there shall read it.
pub(super) fn is_contact(text: &str) -> bool {
    const LABELS: [&str; 8] = ["e-mail", "email", "tel", "telephone", "telefon", "phone", "fax", "telefax"];
    is_attention(text) || (is_title_length(text) && is_labelled(text, &LABELS))
}

/// Whether a line tells the place of an address, with its postal code: "70173 Stuttgart", "New York, NY 10003".
pub(super) fn is_place(text: &str) -> bool {
    const MOST_WORDS: usize = 6;
    let words: Vec<&str> = text.split(' ').collect();
    // Four digits are a year where they don't come first.
    let is_code = |(at, word): (usize, &&str)| {
        let digits = word.trim_end_matches(',');
        let lengths = if at == 0 { 4..=6 } else { 5..=6 };
        lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    (2..=MOST_WORDS).contains(&words.len())
        && words.iter().enumerate().any(is_code)
        && words.iter().any(|word| word.starts_with(char::is_uppercase))
        && !text.ends_with(['.', ':', '?'])
}

/// Whether a text ends in a postal code of digits and letters in two parts, as they are in Britain: "Leeds LS1 4AB". Others have
/// more digits than a title.
fn ends_in_letter_code(text: &str) -> bool {
    let capitals = |part: &str| part.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut words = text.rsplit(' ');
    let (Some(inner), Some(outer)) = (words.next(), words.next()) else { return false };
    let letters = outer.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=2).contains(&letters)
        && (letters + 1..=4).contains(&outer.len())
        && outer.as_bytes()[letters].is_ascii_digit()
        && inner.len() == 3
        && inner.as_bytes()[0].is_ascii_digit()
        && inner.is_char_boundary(1)
        && capitals(&inner[1..])
}

/// Whether a line starts with one of these labels, and a colon or a full stop after it.
fn is_labelled(text: &str, labels: &[&str]) -> bool {
    labels.iter().any(|label| {
        let (start, rest) = text.split_at_checked(label.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(label) && rest.starts_with([':', '.'])
    })
}

/// Whether a text is one of the ways through a page, or says nothing at all.
pub(super) fn is_way(text: &str) -> bool {
    const WAYS: [&str; 14] = [
        "back to top",
        "back to the top",
        "return to top",
        "top of page",
        "top",
        "to top",
        "skip to content",
        "skip to main content",
        "table of contents",
        "contents",
        "print this page",
        "scroll to top",
        "read more",
        "learn more",
    ];
    let words = text.trim_matches(|c: char| !c.is_alphanumeric());
    words.is_empty() || WAYS.iter().any(|way| way.eq_ignore_ascii_case(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers() {
        fn kind(line: &str) -> Option<(MarkerKind, &str)> {
            marker(line).map(|marker| (marker.kind, &line[marker.length..]))
        }
        assert_eq!(kind("• one"), Some((MarkerKind::Bullet, "one")));
        assert_eq!(kind("– one"), Some((MarkerKind::Bullet, "one")));
        assert_eq!(kind("(a) one"), Some((MarkerKind::Letter, "one")));
        assert_eq!(kind("iv) one"), Some((MarkerKind::Letter, "one")));
        assert_eq!(kind("4. Legal basis"), Some((MarkerKind::Number, "Legal basis")));
        assert_eq!(kind("2.1 Scope"), Some((MarkerKind::Number, "Scope")));
        assert_eq!(kind("IV. Scope"), Some((MarkerKind::Number, "Scope")));
        assert_eq!(kind("§ 7 Retention"), Some((MarkerKind::Number, "Retention")));
        for none in ["We keep it.", "2 years", "I am", "e.g. this", "-", "• ", "12 months.", "1.5"] {
            assert_eq!(kind(none), None, "{none}");
        }
    }

    #[test]
    fn markers_at_their_edges() {
        fn kind(line: &str) -> Option<(MarkerKind, &str)> {
            marker(line).map(|marker| (marker.kind, &line[marker.length..]))
        }
        let bullet = |rest| Some((MarkerKind::Bullet, rest));
        let letter = |rest| Some((MarkerKind::Letter, rest));
        let number = |rest| Some((MarkerKind::Number, rest));
        for (line, expected) in [
            ("•one", bullet("one")),
            ("•", None),
            ("*  one", bullet("one")),
            ("*one", None),
            ("* ", None),
            ("+ one", bullet("one")),
            ("— one", bullet("one")),
            ("§7 Retention", number("Retention")),
            ("§  12  Retention", number("Retention")),
            ("§ 7", None),
            ("§ Retention", None),
            ("(1) one", number("one")),
            ("1) one", number("one")),
            ("(1 one", None),
            ("(1. one", None),
            ("1.2. one", number("one")),
            ("1.2.3.45 one", number("one")),
            ("1.2.3.4.5 one", None),
            ("12345678. one", number("one")),
            ("123456789. one", None),
            (". one", None),
            (") one", None),
            ("b. one", letter("one")),
            ("B) one", letter("one")),
            ("(b one", None),
            ("bc. one", None),
            ("viii) one", letter("one")),
            ("iiiiii) one", None),
            ("VIII. one", number("one")),
            ("XXVIII. one", None),
            ("VI) one", None),
            ("é) one", None),
        ] {
            assert_eq!(kind(line), expected, "{line}");
        }
    }

    #[test]
    fn capitals_are_four_letters_or_more() {
        assert!(is_capitals("ABCD"));
        assert!(is_capitals("OUR 4 RIGHTS"));
        assert!(!is_capitals("ABC"));
        assert!(!is_capitals("12345"));
        assert!(!is_capitals("ABCDe"));
    }

    #[test]
    fn a_title_has_a_length() {
        assert!(is_title_length("one two three four five six seven eight nine ten eleven twelve"));
        assert!(!is_title_length("one two three four five six seven eight nine ten eleven twelve thirteen"));
        for character in ["a", "\u{1F512}"] {
            assert!(is_title_length(&character.repeat(90)), "{character}");
            assert!(!is_title_length(&character.repeat(91)), "{character}");
        }
    }

    #[test]
    fn lines_of_an_address_with_a_label() {
        for attention in ["Attn: Privacy", "ATTN. Privacy", "Attention: Jane Doe", "z. Hd.: Frau Doe", "c/o Acme plc"] {
            assert!(is_attention(attention) && is_contact(attention), "{attention}");
        }
        for contact in ["e-mail: a@acme.example", "Email: a@acme.example", "Tel.: 555", "Phone: 555"] {
            assert!(is_contact(contact) && !is_attention(contact), "{contact}");
        }
        let long = "very ".repeat(20);
        for other in [
            "Attn Privacy",
            "Attention is paid to it",
            "Email addresses",
            "Phone",
            "At",
            "c/one",
            "Ätt: Privacy",
            &format!("Attn: a {long} long line"),
            &format!("Email: a {long} long line"),
        ] {
            assert!(!is_contact(other), "{other}");
        }
    }

    #[test]
    fn what_reads_like_a_title() {
        for title in [
            "Your rights",
            "What do we keep?",
            "2 years of storage",
            "Acme Trading Co.",
            "ACME, INC.",
            "Who is Acme Co?",
            "Form A1 2BC1",
            "Version AB 2CD",
            "Annex A1 \u{E9}BC",
            "Rule 1234",
            "Wear and tear",
            "Should I ask?",
        ] {
            assert!(is_title(title), "{title}");
        }
        for other in [
            "",
            "your rights",
            "(Your rights)",
            "2024",
            "Call 12345 now",
            "Acme Ltd, 4 Lime Road, Leeds LS1 4AB",
            "Your rights.",
            "Your rights,",
            "Your rights;",
            "Your rights:",
            "Your rights!",
            "Rights. And more",
            "Rights: more",
            "Acme://privacy",
            "Www.acme.example",
            "The controller is Acme Ltd.",
            "Verantwortlich ist Acme Co.",
            "We keep data",
            "You may ask",
            "It depends",
            "This policy",
            "There are rights",
            "Please ask",
            "If you ask",
            "I agree",
            "These rights",
            "Such rights",
            "Any rights",
            "To complain",
            "All rights",
            "By post",
            "Telephone",
            "Phone number",
            "Should you ask",
            "For a copy please write",
        ] {
            assert!(!is_title(other), "{other}");
        }
    }
}
