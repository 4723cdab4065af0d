//! Links that lead nowhere.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Bound;

use super::{Flaw, Subject, Unit, key};
use crate::document::{Format, Link};
use crate::source::Span;

/// Links into the document whose anchor is not there. Conversions lose anchors: nothing is said unless most of the other
/// links lead somewhere, which in Markdown, where nothing writes the anchors down, has to be nearly all.
pub(super) fn broken_anchors(subject: Subject<'_>) -> Vec<Flaw> {
    let named = OnceCell::new();
    let named = || named.get_or_init(|| Named::of(subject));
    let mut whole = 0_usize;
    let mut broken: Vec<(String, Span)> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (link, span, unit) in links(subject) {
        // Menus are the business of scripts.
        if !is_text(unit) {
            continue;
        }
        let Some(anchor) = link.target.strip_prefix('#').filter(|anchor| !anchor.is_empty()) else { continue };
        let anchor = percent_decoded(anchor);
        if leads(&anchor, subject.document.anchors(), named) || named().says(&anchor) {
            whole += 1;
        } else if known.insert(anchor.clone()) {
            broken.push((anchor, span));
        }
    }
    let lost = match subject.document.format() {
        Format::Html => broken.len() > 1 && broken.len() > whole,
        Format::Markdown | Format::Plain => WHOLE_FOR_ONE_BROKEN * broken.len() > whole,
    };
    let flaws = broken.into_iter().filter(|_| !lost);
    flaws.map(|(anchor, span)| Flaw::at(span, anchor)).collect()
}

/// Shorter anchors say too little to be the start of a heading.
const SHORTENED: usize = 8;

/// Fewer words say too little to be those of a heading.
const WORDS_OF_A_TITLE: usize = 2;

/// How many links of a Markdown document lead somewhere for each that doesn't.
const WHOLE_FOR_ONE_BROKEN: usize = 3;

/// Whether a link stands in what the document says.
fn is_text(unit: Unit<'_>) -> bool {
    match unit {
        Unit::Heading(..) => true,
        Unit::Clause(_, clause) => clause.kind.is_statement(),
    }
}

/// Whether an anchor is there: as it is written, or as a name made of a heading, which may lack its number or have one
/// more, where a heading stands twice.
fn leads<'n>(anchor: &str, anchors: &BTreeSet<String>, named: impl Fn() -> &'n Named<'n>) -> bool {
    // "#top" needs no anchor; the others are the business of scripts.
    let scripted =
        anchor.eq_ignore_ascii_case("top") || anchor.starts_with(['!', '/', ':']) || anchor.contains(['=', '?']);
    let sought = key(anchor);
    let without_count = sought.trim_end_matches(|c: char| c.is_ascii_digit());
    scripted
        || sought.is_empty()
        || anchors.contains(anchor)
        || named().headings.contains(&sought)
        || named().headings.contains(without_count)
        || named().unnumbered.contains(unnumbered(&sought))
        // Where anchors are written by hand they are often the start of the heading.
        || sought.len() >= SHORTENED && starts_any(&sought, &named().headings)
}

/// What a publishing system makes names of, which is known of Markdown only.
struct Named<'d> {
    /// What the headings say.
    titles: Vec<&'d str>,
    /// The headings' letters and digits.
    headings: BTreeSet<String>,
    /// The same without the numbers that they start with.
    unnumbered: BTreeSet<String>,
    /// The words of each heading.
    words: OnceCell<Vec<BTreeSet<String>>>,
}

impl<'d> Named<'d> {
    fn of(subject: Subject<'d>) -> Self {
        let titles: Vec<&str> = match subject.document.format() {
            Format::Markdown => {
                let headings = subject.document.sections().iter().filter_map(|section| section.heading.as_ref());
                headings.map(|heading| heading.prose.text()).collect()
            }
            Format::Html | Format::Plain => Vec::new(),
        };
        let headings: BTreeSet<String> = titles.iter().map(|title| key(title)).collect();
        let unnumbered = headings.iter().map(|heading| unnumbered(heading).to_owned()).collect();
        Self { titles, headings, unnumbered, words: OnceCell::new() }
    }

    /// Whether an anchor is made of a few words of a heading. Publishing systems put hyphens between the words: what has
    /// other signs was written by hand.
    fn says(&self, anchor: &str) -> bool {
        if anchor.contains('-') || self.titles.is_empty() {
            return false;
        }
        let said = long_words(anchor);
        let words = || self.words.get_or_init(|| self.titles.iter().map(|title| long_words(title)).collect());
        said.len() >= WORDS_OF_A_TITLE && words().iter().any(|title| said.is_subset(title))
    }
}

fn unnumbered(heading: &str) -> &str {
    heading.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Whether one of the texts starts with another text.
fn starts_any(start: &str, texts: &BTreeSet<String>) -> bool {
    let next = texts.range::<str, _>((Bound::Included(start), Bound::Unbounded)).next();
    next.is_some_and(|text| text.starts_with(start))
}

/// The words of four letters or more, in lower case.
fn long_words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(str::to_lowercase).collect()
}

/// Links whose target is empty.
pub(super) fn empty(subject: Subject<'_>) -> Vec<Flaw> {
    let is_empty = |link: &Link, unit: Unit<'_>| {
        let target = link.target.trim();
        // Scripts put their targets on links to "#" in pages.
        let bare = target == "#" && subject.document.format() == Format::Markdown && is_text(unit);
        let scheme_alone =
            ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| scheme.eq_ignore_ascii_case(target));
        target.is_empty() || bare || scheme_alone
    };
    let found = links(subject).into_iter().filter(|(link, _, unit)| is_empty(link, *unit));
    found.map(|(link, span, _)| Flaw::at(span, format!("{} {}", subject.source.slice(span), link.target))).collect()
}

/// The links of the document, in the order of the file.
fn links(subject: Subject<'_>) -> Vec<(&Link, Span, Unit<'_>)> {
    let mut links = Vec::new();
    for unit in subject.units() {
        for link in unit.prose().links() {
            links.push((link, unit.prose().span(link.label), *unit));
        }
    }
    links
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
