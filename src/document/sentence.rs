//! Sentences: where a block's prose breaks into clauses.
//!
//! The boundaries of UAX #29, which the segmenter gives, less those after an abbreviation, an initial, an enumerator or
//! a number's prefix, plus the line ends that the author set by hand where they separate statements.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

use super::prose::ProseSpan;

/// The longest clause, in bytes: text without any punctuation is cut there, at white space where there is some.
const LONGEST: usize = 4000;

/// Words that a full stop follows without ending the sentence, in lower case, without their last full stop.
const ABBREVIATIONS: [&str; 91] = [
    "abs", "bzw", "ca", "evtl", "gem", "ggf", "inkl", "lit", "max", "mind", "sog", "vgl", "ziff", "zzgl", "abt",
    "ausschl", "betr", "bspw", "buchst", "bzgl", "dent", "dipl", "ehem", "einschl", "fa", "geb", "gez", "ing", "inh",
    "insb", "jur", "kap", "lt", "mag", "med", "mio", "rn", "uabs", "unterabs", "civ", "approx", "art", "arts", "attn",
    "ave", "bldg", "blvd", "cal", "cf", "cfr", "co", "corp", "dept", "dr", "e.g", "eg", "esp", "est", "etc", "ext",
    "fig", "gen", "i.e", "ie", "inc", "incl", "jr", "ltd", "mr", "mrs", "ms", "n.b", "nos", "no", "nr", "p.o", "par",
    "para", "ph", "prof", "reg", "sec", "sect", "sr", "st", "str", "tel", "v", "viz", "vol", "vs",
];

/// Of these, the ones that can also end a sentence: a capital after them starts a new one if the word is a starter.
const ENDING_ABBREVIATIONS: [&str; 15] =
    ["co", "corp", "etc", "inc", "ltd", "pte", "pvt", "st", "ave", "blvd", "rd", "ste", "est", "ext", "ff"];

/// Names that end with what also ends a sentence, in lower case.
const NAMES: [&str; 3] = ["joomla!", "yahoo!", "yum!"];

/// The months as German writes them, in lower case.
#[rustfmt::skip]
const GERMAN_MONTHS: [&str; 13] = [
    "januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "dezember",
];

/// Short names of months: a number after one is a day or a year.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"];

/// Words that a company's name or an abbreviation is hardly followed by unless a new sentence starts with them. German
/// polite forms are none: they have a capital wherever they stand.
const STARTERS: [&str; 74] = [
    "a", "all", "an", "and", "any", "as", "at", "by", "each", "for", "however", "how", "if", "in", "it", "its", "may",
    "no", "on", "our", "please", "such", "that", "the", "their", "there", "these", "they", "this", "those", "to",
    "under", "upon", "us", "we", "what", "when", "where", "which", "while", "who", "you", "your", "auch", "auf", "aus",
    "bei", "dabei", "das", "dazu", "der", "die", "dies", "diese", "dieser", "dieses", "ein", "eine", "es", "für",
    "hierbei", "hierzu", "im", "mit", "nach", "sofern", "soweit", "um", "unsere", "weitere", "wenn", "wir", "zum",
    "zur",
];

/// Words that stand between two items of a list, after the semicolon of the first.
const BETWEEN_ITEMS: [&str; 5] = ["and", "or", "and/or", "und", "oder"];

/// The narrowest column that an editor wraps text to, in characters: addresses are narrower.
const NARROWEST: usize = 30;

/// The sentences of a block, in order, trimmed of white space; `breaks` are the offsets after line ends set by hand.
pub(super) fn split(text: &str, breaks: &[usize]) -> Vec<ProseSpan> {
    let kept = kept_breaks(text, breaks);
    let mut spans = Vec::new();
    let mut start = 0;
    for end in kept.iter().copied().chain([text.len()]) {
        if start < end {
            split_line(text, ProseSpan { start, end }, &mut spans);
        }
        start = end;
    }
    spans
}

/// A text that is no sentence, cut where it is longer than the longest clause.
pub(super) fn cut(text: &str) -> Vec<ProseSpan> {
    let mut spans = Vec::new();
    cut_to_length(text, 0, text.len(), &mut spans);
    spans
}

/// The hand-set line ends that separate statements: after punctuation that ends one, or after a short line, unless an
/// editor wrapped the text there.
fn kept_breaks(text: &str, breaks: &[usize]) -> Vec<usize> {
    if breaks.is_empty() {
        return Vec::new();
    }
    let lines = broken_lines(text, breaks);
    let all_wrapped = 2 * lines.iter().filter(|line| line.goes_on).count() >= lines.len();
    let mut kept = Vec::new();
    // Of full lines in a row, one that goes on with a small letter tells that all are wrapped: a name among them may
    // start a line with a capital.
    for row in lines.chunk_by(|line, _| line.full && !line.ended) {
        let row_wrapped = row.iter().any(|line| line.full && line.goes_on);
        let wrapped = |line: &BrokenLine| all_wrapped || (row_wrapped && line.full);
        let separates = |line: &&BrokenLine| !line.goes_on && (line.ended || (line.short && !wrapped(line)));
        kept.extend(row.iter().filter(separates).map(|line| line.end));
    }
    kept
}

/// Whether the first line of a block may end only because the next word has no room in it.
pub(super) fn is_first_line_full(text: &str, breaks: &[usize]) -> bool {
    broken_lines(text, breaks).first().is_some_and(|line| line.full)
}

/// A line that ends where the author broke it by hand.
struct BrokenLine {
    /// The offset after its end.
    end: usize,
    /// Whether it is as short as the lines of an address are.
    short: bool,
    /// Whether it ends like a statement or the item of a list.
    ended: bool,
    /// Whether the next line starts as what goes on with a sentence does.
    goes_on: bool,
    /// Whether the first word of the next line has no room in it.
    full: bool,
}

fn broken_lines(text: &str, breaks: &[usize]) -> Vec<BrokenLine> {
    let ends = || breaks.iter().copied().filter(|at| *at < text.len());
    let starts = || std::iter::once(0).chain(ends());
    let lengths: Vec<usize> = starts()
        .zip(ends().chain([text.len()]))
        .map(|(start, end)| text[start..end].trim_end().chars().count())
        .collect();
    let width = lengths.iter().copied().max().filter(|width| *width >= NARROWEST);
    let broken = |((start, end), length): ((usize, usize), &usize)| {
        let line = text[start..end].trim_end();
        let next_word = text[end..].split(' ').next().unwrap_or_default().chars().count();
        BrokenLine {
            end,
            short: *length < 50,
            ended: line.ends_with(['.', '!', '?', ':', ';']) || ends_item(line),
            goes_on: text[end..].starts_with(|c: char| c.is_lowercase() || ",;)".contains(c)),
            full: width.is_some_and(|width| length + 1 + next_word > width),
        }
    };
    starts().zip(ends()).zip(&lengths).map(broken).collect()
}

/// Whether a line ends with the word that stands between two items of a list, as in "; and".
fn ends_item(line: &str) -> bool {
    line.rsplit_once(';').is_some_and(|(_, word)| BETWEEN_ITEMS.contains(&word.trim()))
}

fn split_line(text: &str, line: ProseSpan, spans: &mut Vec<ProseSpan>) {
    let shown = &text[line.start..line.end];
    let mut start = 0;
    let push = |start: usize, end: usize, spans: &mut Vec<ProseSpan>| {
        cut_to_length(text, line.start + start, line.start + end, spans);
    };
    let mut from = 0;
    while let Some(at) = boundary_after(shown, from) {
        if is_break(&shown[start..at], &shown[at..]) {
            push(start, at, spans);
            start = at;
        }
        from = at;
    }
    push(start, shown.len(), spans);
}

/// The first boundary of UAX #29 after an offset, less those that can't end a sentence here: that come after anything but
/// a full stop, a question or an exclamation mark, or before a small letter.
///
/// The segmenter costs much, and is asked only about a mark among characters that the rules are not spelt out for here.
fn boundary_after(text: &str, from: usize) -> Option<usize> {
    let mut seen = from;
    loop {
        let (mark, character) = mark_after(text, seen)?;
        let after = mark + character.len_utf8();
        match follow(text, mark, after) {
            Following::Boundary(at) => return Some(at),
            Following::GoesOn => seen = after,
            Following::End => return None,
            Following::Unclear => {
                // What comes before the mark counts as far as the letter that it follows.
                let base = text.as_bytes()[seen..mark].iter().rposition(u8::is_ascii).map_or(seen, |at| seen + at);
                let mut bounds = text[base..].split_sentence_bound_indices().map(|(at, _)| base + at);
                return bounds.find(|at| *at > mark);
            }
        }
    }
}

/// The first mark from an offset on that can end a sentence.
fn mark_after(text: &str, from: usize) -> Option<(usize, char)> {
    let bytes = &text.as_bytes()[from..];
    let ascii = memchr::memchr3(b'.', b'?', b'!', bytes).map(|at| (from + at, char::from(bytes[at])));
    // The marks of Chinese and Japanese, by their first bytes.
    let limit = ascii.map_or(text.len(), |(at, _)| at);
    let wide = memchr::memchr2_iter(0xE3, 0xEF, &bytes[..limit - from]).find_map(|at| {
        let character = text[from + at..].chars().next()?;
        matches!(character, '\u{3002}' | '\u{FF01}' | '\u{FF1F}').then_some((from + at, character))
    });
    wide.or(ascii)
}

/// What comes after a mark that can end a sentence.
enum Following {
    /// A boundary, at this offset.
    Boundary(usize),
    /// More of the sentence.
    GoesOn,
    /// Nothing.
    End,
    /// Characters that only the segmenter knows.
    Unclear,
}

/// The rules SB6 to SB11 of UAX #29, for a mark from `mark` to `after`.
fn follow(text: &str, mark: usize, after: usize) -> Following {
    let bytes = text.as_bytes();
    let full_stop = bytes[mark] == b'.';
    let is_close = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}');
    let closed = after + bytes[after..].iter().take_while(is_close).count();
    let next = closed + bytes[closed..].iter().take_while(|byte| **byte == b' ').count();
    let Some(first) = text[next..].chars().next() else { return Following::End };
    match Class::of(first) {
        Class::Lower | Class::Mark | Class::Continuing => return Following::GoesOn,
        Class::Digit if full_stop && next == after => return Following::GoesOn,
        Class::Upper if full_stop && next == after => match mark.checked_sub(1).map(|before| bytes[before]) {
            Some(before) if before.is_ascii_alphabetic() => return Following::GoesOn,
            Some(before) if !before.is_ascii() => return Following::Unclear,
            _ => {}
        },
        Class::Unclear => return Following::Unclear,
        _ => {}
    }
    if !full_stop {
        return Following::Boundary(next);
    }
    // A full stop ends nothing if the first letter after it is small.
    for character in text[next..].chars() {
        match Class::of(character) {
            Class::Lower => return Following::GoesOn,
            Class::Upper | Class::Mark => break,
            Class::Unclear => return Following::Unclear,
            Class::Digit | Class::Continuing | Class::Other => {}
        }
    }
    Following::Boundary(next)
}

/// The classes of characters that UAX #29 tells apart, as far as they are told here.
enum Class {
    Lower,
    Upper,
    Digit,
    /// What can end a sentence.
    Mark,
    /// What goes on with one.
    Continuing,
    Other,
    Unclear,
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            '.' | '?' | '!' => Self::Mark,
            ',' | '-' | ':' | ';' => Self::Continuing,
            '\0'..='\x7F' => Self::Other,
            // Latin, Greek and Cyrillic letters, whose case is all that the rules ask for.
            '\u{C0}'..='\u{17F}' | '\u{370}'..='\u{52F}' if character.is_lowercase() => Self::Lower,
            '\u{C0}'..='\u{17F}' | '\u{370}'..='\u{52F}' if character.is_uppercase() => Self::Upper,
            _ => Self::Unclear,
        }
    }
}

fn cut_to_length(text: &str, mut start: usize, end: usize, spans: &mut Vec<ProseSpan>) {
    while end - start > LONGEST {
        let mut limit = start + LONGEST;
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let cut = text[start..limit].rfind(' ').map_or(limit, |space| start + space + 1);
        push_trimmed(text, start, cut, spans);
        start = cut;
    }
    push_trimmed(text, start, end, spans);
}

fn push_trimmed(text: &str, start: usize, end: usize, spans: &mut Vec<ProseSpan>) {
    let shown = &text[start..end];
    let start = start + (shown.len() - shown.trim_start().len());
    let end = start + shown.trim().len();
    if start < end {
        spans.push(ProseSpan { start, end });
    }
}

/// Whether the sentence really ends between `before` and `after`.
fn is_break(before: &str, after: &str) -> bool {
    let before = before.trim_end();
    let next = after.trim_start();
    let Some(first) = next.chars().next() else { return true };
    if first.is_lowercase() || ",;:)".contains(first) {
        return false;
    }
    let closed = before.trim_end_matches(['"', '\'', ')', ']', '*', '_']);
    let last = closed.rsplit([' ', '(', '"', '[', '-', '/']).next().unwrap_or_default();
    let word = lowercase(last.trim_end_matches('.'));
    let next_word = || lowercase(next.split(|c: char| !c.is_alphanumeric() && c != '\'').next().unwrap_or_default());
    let starter = || STARTERS.contains(&&*next_word());
    if NAMES.contains(&&*word) {
        return starter();
    }
    if !closed.ends_with('.') {
        return closed.ends_with(['?', '!', '\u{2026}', '\u{3002}', '\u{FF01}', '\u{FF1F}']);
    }
    // "U.S.", "S.A.": the full stop belongs to the letters, unless what follows can only start a sentence.
    let dotted = word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2);
    if dotted || ENDING_ABBREVIATIONS.contains(&&*word) {
        return starter();
    }
    // German streets ("Hauptstr. 1").
    if word.ends_with("str") && first.is_ascii_digit() {
        return false;
    }
    if MONTHS.contains(&&*word) {
        return !first.is_ascii_digit();
    }
    if ABBREVIATIONS.contains(&&*word) {
        // "No." and "Art." are abbreviations before a number; "no." can end a sentence.
        return word == "no" && !first.is_ascii_digit();
    }
    // A day of a German month ("3. Mai"), a German abbreviation of several words ("z. B.", "i. d. R.").
    let is_number = word.chars().all(|c| c.is_ascii_digit());
    let is_small_letter = last.len() == 2 && last.starts_with(|c: char| c.is_ascii_lowercase());
    if (is_number && GERMAN_MONTHS.contains(&&*next_word())) || (is_small_letter && !starter()) {
        return false;
    }
    // A single letter is an initial ("J. Smith"), a number alone an enumerator ("4. Legal basis").
    let alone = before.trim_start() == last;
    if alone && (word.chars().count() <= 1 || word.chars().all(|c| c.is_ascii_digit())) {
        return false;
    }
    if word.chars().count() == 1 && last.starts_with(char::is_uppercase) {
        return starter();
    }
    true
}

/// Whether the full stop at an offset ends a sentence. A row of a table is one clause and can have several of them.
pub(crate) fn ends_sentence(text: &str, stop: usize) -> bool {
    boundary_after(text, stop).is_some_and(|at| {
        let between = text[stop + 1..at].trim_matches(['"', '\'', ')', ']', ' ']);
        between.is_empty() && is_break(&text[..at], &text[at..])
    })
}

fn lowercase(word: &str) -> Cow<'_, str> {
    match word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(word.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The boundaries of UAX #29 that can end a sentence.
    fn of_the_segmenter(text: &str) -> Vec<usize> {
        let bounds = text.split_sentence_bound_indices().map(|(at, _)| at).skip(1);
        bounds.filter(|at| can_end(&text[..*at], &text[*at..])).collect()
    }

    fn can_end(before: &str, after: &str) -> bool {
        let closed = before.trim_end().trim_end_matches(['"', '\'', ')', ']', '*', '_']);
        closed.ends_with(['.', '?', '!', '\u{3002}', '\u{FF01}', '\u{FF1F}'])
            && !after.starts_with(|first: char| first.is_lowercase() || ",;:)".contains(first))
    }

    proptest! {
        #[test]
        fn boundaries_are_those_of_the_segmenter(
            text in "([A-Da-d]{0,3}|[0-9 ]|[.?!]|[\"')(\\[ ]|[,;:*_|/@-]|[\u{A0}-\u{24F}]|[\u{300}-\u{530}]|\\PC|[\u{2024}\u{2026}\u{203D}\u{2022}\u{3001}\u{3002}\u{FF01}\u{FF1F}\u{964}\u{1C5}]){0,24}",
        ) {
            let text = text.replace('\u{A0}', " ");
            let found = std::iter::successors(boundary_after(&text, 0), |at| boundary_after(&text, *at));
            let found: Vec<usize> = found.filter(|at| can_end(&text[..*at], &text[*at..])).collect();
            prop_assert_eq!(found, of_the_segmenter(&text), "{:?}", text);
        }
    }

    fn sentences(text: &str) -> Vec<&str> {
        split(text, &[]).into_iter().map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn what_ends_a_sentence_and_what_does_not() {
        assert_eq!(
            sentences("We are Acme, Inc. We keep data. You may ask."),
            ["We are Acme, Inc.", "We keep data.", "You may ask."]
        );
        for whole in [
            "Acme Inc. Privacy Team answers.",
            "We rely on Art. 6(1)(f) GDPR for this, e.g. Recital 47 of it.",
            "Data goes to the U.S. Department of Commerce.",
            "See No. 12 for a list of vendors.",
            "Write to dpo@acme.example or see www.acme.example/privacy?lang=en for more.",
            "We keep 1.5 GB of it for 30 days.",
            "J. Smith answers.",
            "We follow the EU-U.S. Data Privacy Framework.",
            "Write to 88 Colin Jr. St. 4, Leeds.",
            "4. Legal basis",
            "Wir stützen uns auf Art. 6 Abs. 1 S. 1 lit. f DSGVO, z. B. bei Anfragen gem. Ziff. 3 dieser Hinweise.",
            "Verantwortlich sind Dr. med. Ada Beispiel und Dipl.-Ing. Ben Muster, Inh. Cem Probe, vgl. Buchst. B bzgl. Daten.",
            "Am 3. Mai endet die Frist i. d. R. ohne Antrag.",
            "Last updated: Nov. 30, 2017",
        ] {
            assert_eq!(sentences(whole), [whole]);
        }
        assert_eq!(
            sentences("Data stays in the U.S. We never sell it."),
            ["Data stays in the U.S.", "We never sell it."]
        );
        assert_eq!(sentences("Why? Because we must."), ["Why?", "Because we must."]);
        assert_eq!(sentences("We say no. Then we stop."), ["We say no.", "Then we stop."]);
    }

    #[test]
    fn a_full_stop_of_an_abbreviation_ends_no_sentence() {
        let text = "Wir stützen uns auf Art. 6 Abs. 1 lit. a DSGVO | Acme Inc. keeps it (e.g. in Ohio). \"It is safe.\" Ask us.";
        let ends: Vec<&str> = text
            .match_indices('.')
            .filter(|(at, _)| ends_sentence(text, *at))
            .map(|(at, _)| text[..at].rsplit(' ').next().unwrap())
            .collect();
        assert_eq!(ends, ["Ohio)", "safe"]);
    }

    #[test]
    fn lines_of_an_address_are_apart_and_wrapped_text_is_not() {
        let address = "Data Controller: Acme GmbH Hauptstr. 1 12345 Berlin";
        let spans = split(address, &[17, 27, 39]);
        let lines: Vec<&str> = spans.iter().map(|span| &address[span.start..span.end]).collect();
        assert_eq!(lines, ["Data Controller:", "Acme GmbH", "Hauptstr. 1", "12345 Berlin"]);
        let wrapped = "We keep your data for as long as the law of the country asks.";
        assert_eq!(split(wrapped, &[25, 44]).len(), 1);
    }

    #[test]
    fn text_without_punctuation_is_cut() {
        let long = "word ".repeat(3000);
        let spans = split(&long, &[]);
        assert!(spans.iter().all(|span| span.end - span.start <= LONGEST), "{spans:?}");
        assert_eq!(spans.len(), 4);
    }

    #[test]
    fn abbreviations_go_on_and_other_words_end() {
        // A bar stands where the text breaks.
        for text in [
            "Mr. Smith answers.",
            "Ask Prof. Smith.",
            "Ask (Dr. Smith).",
            "Ask our sub-dept. Privacy.",
            "We have no. |Seriously. |They do.",
            "We use cookies etc. for this.",
            "We use cookies, etc. |We do so.",
            "Use of Acme Corp. Services.",
            "We are Acme Corp. |You know us.",
            "Sent to the U.S. Treasury.",
            "Sent to the U.S. |They keep it.",
            "On Nov. 3 it changed.",
            "It changed in Nov. |Since then it stands.",
            "See Art. VI for more.",
            "Acme Singapore Pte. Ltd. keeps it.",
            "We get your Yahoo! Account. |We love Yahoo! |You may, too.",
            "Write to 12 Elm Rd. Suite 4 or Ste. 200.",
            "Under Cal. Civ. Code you may ask.",
            "Verantwortlich ist die Muster AG i. L. |Die Daten liegen hier.",
            "Verantwortlich ist der Beispiel e.V. |Wir erheben nichts.",
            "Das steht in Art. 15 ff. DSGVO und in Art. 6 Abs. 1 Unterabs. 1.",
            "Das steht in Art. 15 ff. |Im Zweifel fragen Sie.",
            "See No. 5 for more.",
            "The answer is no. |Five people asked.",
            "At Hauptstr. 5 we sit.",
            "In der Hauptstr. |Sie finden uns dort.",
            "Am 12. Dezember endet es.",
            "We have 12. |December is next.",
            "Das ist i. S. d. Gesetzes.",
            "Option a. |You may choose.",
            "Ask J. Smith.",
            "Vitamin C. |You know it.",
            "J. Smith",
            "12. Rights",
            "We stop. |12. Rights",
            "Really?! |Yes.",
            "Really? yes.",
            "Really? \u{1E03}ut yes.",
            "\"We stop.\" |Then we go.",
            "We stop.) |Then we go.",
            "Wait\u{2026} Then we go.",
            "\u{6211}\u{4EEC}\u{3002}|\u{4ED6}\u{4EEC}\u{FF01}|\u{5979}",
            "Version 1.2.3 is new.",
            "See a.b.Cd for it.",
            "Stop. , go.",
        ] {
            let whole = text.replace('|', "");
            let expected: Vec<&str> = text.split('|').map(str::trim).collect();
            assert_eq!(sentences(&whole), expected);
        }
    }

    #[test]
    fn a_line_that_was_broken_by_hand_ends_where_it_says_so() {
        let lines = |text: &str| {
            let mut breaks: Vec<usize> = text.match_indices('/').map(|(at, _)| at + 1).collect();
            breaks.push(text.len());
            let text = text.replace('/', " ");
            split(&text, &breaks).iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(lines("Acme plc/1 Main Street/Leeds"), ["Acme plc", "1 Main Street", "Leeds"]);
        let (short, long) = ("x".repeat(49), "x".repeat(50));
        assert_eq!(lines(&format!("{short}/Leeds")), [&*short, "Leeds"]);
        assert_eq!(lines(&format!("{long}/Leeds")), [format!("{long} Leeds")]);
        for mark in [".", "!", "?", ":", ";"] {
            assert_eq!(lines(&format!("{long}{mark}/Leeds")), [format!("{long}{mark}"), "Leeds".to_owned()], "{mark}");
        }
        // The word between two items of a list belongs to the first; between two names it goes on.
        for word in ["and", "or", "und", "oder"] {
            assert_eq!(
                lines(&format!("{long}; {word}/Leeds")),
                [format!("{long}; {word}"), "Leeds".to_owned()],
                "{word}"
            );
        }
        assert!(ends_item("We keep it; and/or"));
        assert_eq!(lines(&format!("{long}; and that/Leeds")), [format!("{long}; and that Leeds")]);
        assert_eq!(lines(&format!("{long}, and/Leeds")), [format!("{long}, and Leeds")]);
        assert_eq!(lines(&format!("{long}; and/leeds")), [format!("{long}; and leeds")]);
        // A small letter or a comma goes on, whatever the line before it ends with.
        assert_eq!(lines("Acme;/leeds"), ["Acme; leeds"]);
        assert_eq!(lines("Acme/, Leeds"), ["Acme , Leeds"]);
        // Where half of the lines go on, an editor wrapped them all, and short ones are no lines of their own.
        assert_eq!(lines("Acme/is in/Leeds"), ["Acme is in Leeds"]);
        assert_eq!(lines("Acme/is in/Leeds/York"), ["Acme is in", "Leeds", "York"]);
        assert_eq!(lines("Acme/is in:/Leeds/and in York"), ["Acme is in:", "Leeds and in York"]);
    }

    #[test]
    fn full_lines_of_which_one_goes_on_are_wrapped() {
        let lines = |text: &str| {
            let breaks: Vec<usize> = text.match_indices('/').map(|(at, _)| at + 1).collect();
            let text = text.replace('/', " ");
            split(&text, &breaks).iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(
                "Responsible in the sense of the/law is the one and only Acme/Trading Company./Acme Trading Company/Leeds"
            ),
            [
                "Responsible in the sense of the law is the one and only Acme Trading Company.",
                "Acme Trading Company",
                "Leeds"
            ]
        );
        // A line that has room for the next word ends where the author says so.
        assert_eq!(
            lines(
                "Responsible in the sense of the/law is the very well known firm/Acme Trading Company/Leeds/York/Hull"
            ),
            [
                "Responsible in the sense of the law is the very well known firm Acme Trading Company",
                "Leeds",
                "York",
                "Hull"
            ]
        );
        assert_eq!(
            lines("Acme plc/e-mail: somebody@acme.example/Telephone: none/York/Hull"),
            ["Acme plc e-mail: somebody@acme.example", "Telephone: none", "York", "Hull"]
        );
        // No one wraps text to a column as narrow as an address.
        assert_eq!(
            lines("Acme Trading/at its only seat/Main Street 10/York/Hull"),
            ["Acme Trading at its only seat", "Main Street 10", "York", "Hull"]
        );
    }

    #[test]
    fn what_is_too_long_is_cut_at_a_space_or_between_characters() {
        let lengths = |text: &str| cut(text).iter().map(|span| span.end - span.start).collect::<Vec<_>>();
        assert_eq!(lengths(&"x".repeat(LONGEST)), [LONGEST]);
        assert_eq!(lengths(&"x".repeat(LONGEST + 1)), [LONGEST, 1]);
        assert_eq!(lengths(&format!("{} {}", "x".repeat(10), "x".repeat(LONGEST))), [10, LONGEST]);
        // A character of three bytes: the longest clause is no multiple of it.
        assert_eq!(lengths(&"\u{6211}".repeat(2000)), [3999, 2001]);
        assert_eq!(lengths(""), [0; 0]);
        assert_eq!(cut("  One ").iter().map(|span| (span.start, span.end)).collect::<Vec<_>>(), [(2, 5)]);
    }
}
