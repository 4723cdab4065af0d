//! Checks of a document's form: what a phrase can't say, because it concerns headings, order and layout.

use crate::document::{Document, Section};
use crate::rule::StructureCheck;
use crate::source::Span;

/// A place where the form is wrong.
pub(super) struct Flaw {
    /// Where.
    pub(super) span: Span,
    /// The words that the flaw is known by when the document is edited elsewhere.
    pub(super) words: String,
    /// Other places that explain it, each with what is to be seen there.
    pub(super) related: Vec<(Span, &'static str)>,
}

/// The flaws that a check finds, in the order of the file.
pub(super) fn flaws(check: StructureCheck, document: &Document) -> Vec<Flaw> {
    match check {
        StructureCheck::RepeatedHeading => repeated_headings(document),
        // `crate::suppress` finds these, when all rules have run.
        StructureCheck::UnusedSuppression
        | StructureCheck::ExpiredSuppression
        | StructureCheck::MalformedSuppression => Vec::new(),
    }
}

/// Headings that say the same as one before them, under the same heading.
fn repeated_headings(document: &Document) -> Vec<Flaw> {
    let sections = document.sections();
    let said = |section: &Section| section.heading.as_ref().map(|heading| heading.prose.text().to_lowercase());
    let mut flaws = Vec::new();
    for (idx, section) in sections.iter().enumerate() {
        let Some(heading) = &section.heading else { continue };
        let same = |earlier: &&Section| earlier.parent == section.parent && said(earlier) == said(section);
        if let Some(first) = sections[..idx].iter().find(same).and_then(|section| section.heading.as_ref()) {
            flaws.push(Flaw {
                span: heading.span,
                words: heading.prose.text().to_owned(),
                related: vec![(first.span, "the first one")],
            });
        }
    }
    flaws
}
