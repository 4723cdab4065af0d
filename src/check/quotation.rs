//! What is quoted of a clause.

use crate::document::{ProseSpan, ends_sentence};

/// A clause up to this long, in bytes, is quoted whole.
const QUOTED_WHOLE: usize = 120;

/// How far, in bytes, a quotation is widened to where its phrase starts or ends.
const WIDENED: usize = 80;

/// The phrase around a match: a pattern ends at the last word that it needs, a reader wants to read on to the comma.
pub(super) fn phrase_around(text: &str, at: ProseSpan) -> ProseSpan {
    if text.len() <= QUOTED_WHOLE {
        return ProseSpan { start: 0, end: text.len() };
    }
    let is_end = |c: char| ",;:.|()".contains(c);
    // Punctuation divides only before white space, or where a bracket is: not in an address, a number or an abbreviation.
    let divides = |at: usize, c: char| match c {
        '.' => ends_sentence(text, at),
        _ => is_end(c) && ("()|".contains(c) || text[at + 1..].starts_with([' ', '"', '\''])),
    };
    let before = text[..at.start].char_indices().rev().find(|(at, c)| divides(*at, *c));
    let from = before.map_or(0, |(at, _)| at + 1);
    // Where white space is missing ("(as it were);On the whole"), the punctuation stands in front.
    let gap = |c: char| c.is_whitespace() || ",;:.".contains(c);
    let from = from + (text[from..at.start].len() - text[from..at.start].trim_start_matches(gap).len());
    let after = text[at.end..].char_indices().map(|(offset, c)| (at.end + offset, c));
    let ends = |(at, c): &(usize, char)| divides(*at, *c) || (is_end(*c) && at + 1 == text.len());
    let to = match after.into_iter().find(ends) {
        Some((to, ')')) if opens(&text[from..to]) => to + 1,
        Some((to, _)) => to,
        None => text.len(),
    };
    let to = at.end.max(from + text[from..to].trim_end().len());
    ProseSpan {
        start: if at.start - from <= WIDENED { from } else { at.start },
        end: if to - at.end <= WIDENED { to } else { at.end + joined(&text[at.end..]) },
    }
}

/// How many bytes go on with the word before by hyphens: of a number that is written so ("1-888-555-0100"), too.
fn joined(rest: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let length = if rest.starts_with('-') { rest.find(|c| !is_part(c)).unwrap_or(rest.len()) } else { 0 };
    rest[..length].trim_end_matches('-').len()
}

/// Whether a text opens a bracket that it doesn't close.
fn opens(text: &str) -> bool {
    text.matches('(').count() > text.matches(')').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_a_phrase() {
        let text = "If you order something, we rely on our legitimate interest (Art. 6(1)(f) GDPR) in not losing goods to fraud, \
                    which happens now and then, and on your consent where we asked for it, as told above in this notice.";
        let quoted = |words: &str| {
            let start = text.find(words).unwrap();
            let at = phrase_around(text, ProseSpan { start, end: start + words.len() });
            &text[at.start..at.end]
        };
        assert_eq!(quoted("legitimate interest"), "we rely on our legitimate interest");
        assert_eq!(quoted("losing goods"), "in not losing goods to fraud");
        assert_eq!(quoted("consent"), "and on your consent where we asked for it");
        assert_eq!(quoted("told above"), "as told above in this notice");
        let short = "We keep it for ten years, and then delete it.";
        let at = phrase_around(short, ProseSpan { start: 15, end: 24 });
        assert_eq!(&short[at.start..at.end], short);
    }

    #[test]
    fn a_quotation_ends_with_its_number_and_starts_with_a_word() {
        let text =
            format!("You can call us at 1-888-555-0100 and then go on {}.", "by all of the ways ".repeat(20).trim());
        let end = text.find("-888").unwrap();
        let at = phrase_around(&text, ProseSpan { start: 0, end });
        assert_eq!(&text[at.start..at.end], "You can call us at 1-888-555-0100");
        let text =
            format!("{} (where we need it);On other days we ask you.", "We do what the law asks for ".repeat(5).trim());
        let start = text.find("we ask").unwrap();
        let at = phrase_around(&text, ProseSpan { start, end: text.len() });
        assert_eq!(&text[at.start..at.end], "On other days we ask you.");
    }

    #[test]
    fn a_quotation_does_not_end_at_an_abbreviation() {
        let text = "Die Anmeldung verarbeiten wir auf Grundlage Ihrer Einwilligung nach Art. 6 Abs. 1 lit. a DSGVO, die Abrechnung \
                    zur Erfüllung des Vertrags mit der Beispiel GmbH & Co. KG bzw. deren Tochter, soweit nötig.";
        let quoted = |words: &str| {
            let start = text.find(words).unwrap();
            let at = phrase_around(text, ProseSpan { start, end: start + words.len() });
            &text[at.start..at.end]
        };
        assert_eq!(quoted("Einwilligung nach Art. 6"), &text[..text.find(", die").unwrap()]);
        let partner = "die Abrechnung zur Erfüllung des Vertrags mit der Beispiel GmbH & Co. KG bzw. deren Tochter";
        assert_eq!(quoted("Beispiel GmbH"), partner);
        let row = "Name | It is used to send you the invoice. It is kept for ten years, then deleted. | The law asks for it, as it does \
                   of every shop.";
        let start = row.find("ten").unwrap();
        let at = phrase_around(row, ProseSpan { start, end: start + "ten years".len() });
        assert_eq!(&row[at.start..at.end], "It is kept for ten years");
    }
}
