//! How long and how hard to read sentences and sections are.

use super::{Flaw, Subject, Unit, words};
use crate::document::{Clause, ClauseKind, Format, HeadingOrigin, Section};
use crate::source::Span;

/// More words than this without an end are no sentence: a page lost its punctuation.
const LONGEST_SENTENCE: usize = 300;

/// Sentences with more words than the limit, as one problem: the longest of them, and the next ones.
pub(super) fn long_sentences(subject: Subject<'_>, limit: usize) -> Vec<Flaw> {
    let sentences = subject.statements().filter_map(|unit| match unit {
        Unit::Clause(_, clause) if is_running_text(clause) => Some((subject.digest(unit).words, unit)),
        _ => None,
    });
    let long =
        sentences.filter(|(words, unit)| (limit + 1..=LONGEST_SENTENCE).contains(words) && is_sentence(*unit, subject));
    of_the_worst(long.map(|(words, unit)| (words, unit.span(), unit.text().to_owned())).collect(), "sentences", "words")
}

/// Whether a text is a sentence and no list or menu that lost its lines: it ends as one, most of its words are small, and
/// its lines are those of wrapped text, of which only the last is short.
fn is_sentence<'s>(unit: Unit<'s>, subject: Subject<'s>) -> bool {
    let text = unit.text();
    let named = words(text).filter(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase));
    let lines: Vec<&str> = subject.source.slice(unit.span()).lines().map(str::trim).collect();
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let goes_on = |line: &&str| 2 * line.len() >= longest && !line.ends_with([';', ':']);
    let wrapped = lines.iter().rev().skip(1).all(goes_on);
    let broken = |pair: &[&str]| is_line_of_its_own(pair[0], pair[1], longest);
    text.ends_with(['.', '!', '?', ';', ')'])
        && (subject.document.format() != Format::Plain || !lines.windows(2).any(broken))
        && 3 * named.count() <= subject.digest(unit).words
        && wrapped
        && !stands_in_lost_lines(unit, subject)
}

/// No text is wrapped at a width, in bytes, that is greater than this.
const WIDEST_TEXT: usize = 120;

/// Whether a line of plain text ends where no wrapping ended it, before one that starts as a sentence does: with the first
/// word of that it had still been much shorter than the longest, or it is longer than any that text is wrapped to.
fn is_line_of_its_own(line: &str, next: &str, longest: usize) -> bool {
    let word = next.split(' ').next().unwrap_or_default();
    word.starts_with(char::is_uppercase)
        && (line.len() > WIDEST_TEXT || 4 * (line.len() + 1 + word.len()) < 3 * longest)
}

/// A line longer than this, in bytes, is a page that lost its line ends.
const LONGEST_LINE: usize = 6000;

/// Whether a text stands in a page whose line ends were lost, and with them its lists. In HTML they say nothing.
fn stands_in_lost_lines(unit: Unit<'_>, subject: Subject<'_>) -> bool {
    let text = subject.source.text();
    let range = subject.source.range(unit.span());
    let before = text[..range.start].bytes().rev().take(LONGEST_LINE).take_while(|byte| *byte != b'\n').count();
    let after = text[range.end..].bytes().take(LONGEST_LINE).take_while(|byte| *byte != b'\n').count();
    subject.document.format() != Format::Html && before + range.len() + after > LONGEST_LINE
}

/// Sections with more words than the limit right under their heading.
pub(super) fn long_sections(subject: Subject<'_>, limit: usize) -> Vec<Flaw> {
    let long = sections(subject).into_iter().filter(|section| section.words > limit);
    of_the_worst(long.map(|section| (section.words, section.span, section.title)).collect(), "sections", "words")
}

/// Sections whose LIX is above the limit.
///
/// LIX (Björnsson 1968, "Läsbarhet"): the words a sentence, plus the words of more than six letters in a hundred. Above 60
/// is very hard. It counts no syllables, and so is exact where others estimate.
pub(super) fn hard_sections(subject: Subject<'_>, shortest: usize, limit: usize) -> Vec<Flaw> {
    let hard = sections(subject).into_iter().filter(|section| section.words >= shortest && section.lix() > limit);
    of_the_worst(hard.map(|section| (section.lix(), section.span, section.title)).collect(), "sections", "LIX")
}

/// One problem of many: the worst, and the next ones.
fn of_the_worst(mut places: Vec<(usize, Span, String)>, counted: &str, unit: &str) -> Vec<Flaw> {
    places.sort_by_key(|(measure, span, _)| (std::cmp::Reverse(*measure), *span));
    let count = places.len();
    let mut places = places.into_iter();
    let Some((measure, span, words)) = places.next() else { return Vec::new() };
    let measured = if unit == "LIX" { format!("LIX {measure}") } else { format!("{measure} {unit}") };
    let label = if count > 1 { format!("{measured}: the worst of {count} {counted}") } else { measured };
    let related = places.take(super::MORE_PLACES).map(|(_, span, _)| (span, "and here")).collect();
    vec![Flaw::at(span, words).labelled(label).with_related(related)]
}

/// A heading with what stands right under it.
struct Measured {
    span: Span,
    title: String,
    words: usize,
    long_words: usize,
    sentences: usize,
}

impl Measured {
    fn lix(&self) -> usize {
        (self.words + self.sentences / 2) / self.sentences.max(1) + 100 * self.long_words / self.words.max(1)
    }
}

/// The sections under headings that the format marks. In a document whose headings nothing marks, a section may end
/// earlier than it seems.
fn sections(subject: Subject<'_>) -> Vec<Measured> {
    let nothing = |section: &Section| {
        let heading = section.heading.as_ref().filter(|heading| heading.origin == HeadingOrigin::Marked)?;
        let title = heading.prose.text().to_owned();
        Some(Measured { span: heading.span, title, words: 0, long_words: 0, sentences: 0 })
    };
    let mut measured: Vec<Option<Measured>> = subject.document.sections().iter().map(nothing).collect();
    for (clause, digest) in subject.document.clauses().iter().zip(subject.form.clauses()) {
        if let Some(section) = &mut measured[clause.section.0]
            && is_running_text(clause)
        {
            section.sentences += 1;
            section.words += digest.words;
            section.long_words += digest.long_words;
        }
    }
    measured.into_iter().flatten().collect()
}

fn is_running_text(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_had_room_for_the_next_word_was_not_wrapped() {
        let is_own = |line: &str, next: &str| is_line_of_its_own(line, next, line.len().max(next.len()));
        let wrapped = "We keep what you order and where we send it for ten years, as the law of";
        assert!(!is_own(wrapped, "Scotland asks."));
        assert!(!is_own(wrapped, "the land asks of all shops that send bread, and of all those that send cakes"));
        assert!(!is_own(wrapped, "Scotland asks, where most shops are that we send our bread and our cakes to, and"));
        let longer = "Later we delete it, and with it all else that we know of you, but for the bills that \
                      the office of taxes looks at";
        assert!(is_own(wrapped, longer));
        assert!(is_own(&"We keep what you order. ".repeat(10), "Later we delete it."));
        assert!(!is_own(&"We keep what you order. ".repeat(10), "later"));
    }
}
