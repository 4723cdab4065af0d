//! How long and how hard to read sentences and sections are.

use super::{Flaw, Subject, Unit, word_count, words};
use crate::document::{Clause, ClauseKind, Format, HeadingOrigin};
use crate::source::Span;

/// More words than this without an end are no sentence: a page lost its punctuation.
const LONGEST_SENTENCE: usize = 300;

/// Sentences with more words than the limit, as one problem: the longest of them, and the next ones.
pub(super) fn long_sentences(subject: Subject<'_>, limit: usize) -> Vec<Flaw> {
    let sentences = subject.statements().filter_map(|unit| match unit {
        Unit::Clause(_, clause) if is_running_text(clause) && is_sentence(unit, subject) => {
            Some((word_count(unit.text()), unit))
        }
        _ => None,
    });
    let long = sentences.filter(|(words, _)| (limit + 1..=LONGEST_SENTENCE).contains(words));
    of_the_worst(long.map(|(words, unit)| (words, unit.span(), unit.text().to_owned())).collect(), "sentences", "words")
}

/// Whether a text is a sentence and no list or menu that lost its lines: it ends as one, most of its words are small, and
/// its lines are those of wrapped text, of which only the last is short.
fn is_sentence(unit: Unit<'_>, subject: Subject<'_>) -> bool {
    let text = unit.text();
    let named = words(text).filter(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase));
    let lines: Vec<&str> = subject.source.slice(unit.span()).lines().map(str::trim).collect();
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let goes_on = |line: &&str| 2 * line.len() >= longest && !line.ends_with([';', ':']);
    let wrapped = lines.iter().rev().skip(1).all(goes_on);
    text.ends_with(['.', '!', '?', ';', ')'])
        && 3 * named.count() <= word_count(text)
        && wrapped
        && !stands_in_lost_lines(unit, subject)
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
    let mut measured = Vec::new();
    for (idx, section) in subject.document.sections().iter().enumerate() {
        let Some(heading) = section.heading.as_ref().filter(|heading| heading.origin == HeadingOrigin::Marked) else {
            continue;
        };
        let own = subject.own(idx).iter().filter(|clause| is_running_text(clause));
        let mut section = Measured {
            span: heading.span,
            title: heading.prose.text().to_owned(),
            words: 0,
            long_words: 0,
            sentences: 0,
        };
        for clause in own {
            section.sentences += 1;
            for word in words(clause.prose.text()) {
                section.words += 1;
                section.long_words += usize::from(word.chars().filter(|c| c.is_alphabetic()).count() > 6);
            }
        }
        measured.push(section);
    }
    measured
}

fn is_running_text(clause: &Clause) -> bool {
    matches!(clause.kind, ClauseKind::Sentence | ClauseKind::ListItem)
}
