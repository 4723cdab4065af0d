//! Links that lead nowhere.

use std::collections::BTreeSet;

use super::{Flaw, Subject, Unit, key};
use crate::document::{Format, Link};
use crate::source::Span;

/// Links into the document whose anchor is not there. Conversions lose anchors: nothing is said unless most of the other
/// links lead somewhere, which in Markdown, where nothing writes the anchors down, has to be nearly all.
pub(super) fn broken_anchors(subject: Subject<'_>) -> Vec<Flaw> {
    let headings = match subject.document.format() {
        // What a publishing system makes of headings is known of Markdown only.
        Format::Markdown => {
            let headings = subject.document.sections().iter().filter_map(|section| section.heading.as_ref());
            headings.map(|heading| key(heading.prose.text())).collect()
        }
        Format::Html | Format::Plain => Headings::default(),
    };
    let mut whole = 0_usize;
    let mut broken: Vec<(String, Span)> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (link, span, unit) in links(subject) {
        // Menus are the business of scripts.
        if !is_text(unit) {
            continue;
        }
        let Some(anchor) = link.target.strip_prefix('#').filter(|anchor| !anchor.is_empty()) else { continue };
        let anchor = percent_decoded(anchor);
        if leads(&anchor, subject.document.anchors(), &headings) {
            whole += 1;
        } else if seen.insert(anchor.clone()) {
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

/// How many links of a Markdown document lead somewhere for each that doesn't.
const WHOLE_FOR_ONE_BROKEN: usize = 3;

/// Whether a link stands in what the document says.
fn is_text(unit: Unit<'_>) -> bool {
    match unit {
        Unit::Heading(..) => true,
        Unit::Clause(_, clause) => clause.kind.is_statement(),
    }
}

/// The keys of headings.
#[derive(Default)]
struct Headings {
    whole: BTreeSet<String>,
    without_number: BTreeSet<String>,
}

impl FromIterator<String> for Headings {
    fn from_iter<I: IntoIterator<Item = String>>(keys: I) -> Self {
        let whole: BTreeSet<String> = keys.into_iter().collect();
        let without_number = whole.iter().map(|key| unnumbered(key).to_owned()).collect();
        Self { whole, without_number }
    }
}

fn unnumbered(key: &str) -> &str {
    key.trim_start_matches(|c: char| c.is_ascii_digit())
}

/// Whether an anchor is there: as it is written, or as a name made of a heading, which may lack its number or have one
/// more, where a heading stands twice.
fn leads(anchor: &str, anchors: &BTreeSet<String>, headings: &Headings) -> bool {
    // "#top" needs no anchor; the others are the business of scripts.
    let scripted =
        anchor.eq_ignore_ascii_case("top") || anchor.starts_with(['!', '/', ':']) || anchor.contains(['=', '?']);
    let sought = key(anchor);
    let without_count = sought.trim_end_matches(|c: char| c.is_ascii_digit());
    // Where anchors are written by hand they are often the start of the heading.
    let is_start = || {
        let mut following = headings.whole.range(sought.clone()..);
        following.next().is_some_and(|heading| heading.starts_with(&sought))
    };
    scripted
        || sought.is_empty()
        || anchors.contains(anchor)
        || headings.whole.contains(&sought)
        || headings.whole.contains(without_count)
        || headings.without_number.contains(unnumbered(&sought))
        || sought.len() >= SHORTENED && is_start()
}

/// Links whose target is empty.
pub(super) fn empty(subject: Subject<'_>) -> Vec<Flaw> {
    let is_empty = |link: &Link, unit: Unit<'_>| {
        let target = link.target.trim();
        // Scripts put their targets on links to "#" in pages.
        let bare = target == "#" && subject.document.format() == Format::Markdown && is_text(unit);
        let scheme_alone = ["http://", "https://", "mailto:", "tel:"].contains(&target.to_lowercase().as_str());
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
            links.push((link, unit.prose().span(link.label), unit));
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
