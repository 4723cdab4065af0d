//! What must hold of everything that is read, whatever the bytes: the fuzz targets share it.

use std::sync::OnceLock;

use clauselint::check::Settings;
use clauselint::document::{Document, Format, Prose, ProseSpan};
use clauselint::rule::{Examples, RuleSet, builtin_sources, compile};
use clauselint::source::{SourceFile, Span};

/// The largest input that a target looks at, in bytes: time goes into many inputs, not into large ones.
pub const LARGEST: usize = 16 * 1024;

/// The built-in rules, compiled once.
pub fn rules() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| compile(builtin_sources(Examples::Skip), Examples::Skip).0)
}

/// Settings on a day that is always the same.
pub fn settings() -> Settings {
    Settings::default()
}

/// Reads bytes in a format.
pub fn read(bytes: &[u8], format: Format) -> (SourceFile, Document) {
    let source = SourceFile::new("policy", bytes);
    let document = Document::parse(&source, format);
    (source, document)
}

/// The format that the first byte chooses, and the rest.
pub fn chosen(bytes: &[u8]) -> Option<(Format, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((Format::ALL[usize::from(*first) % Format::ALL.len()], rest))
}

/// A span lies in the file, on character boundaries of its text.
pub fn holds_span(source: &SourceFile, span: Span) {
    assert!(span.end() <= source.size(), "a span leaves the file: {span:?}");
    let range = source.range(span);
    assert!(source.text().get(range.clone()).is_some(), "a span cuts a character: {span:?}");
    assert_eq!(source.span(range), span, "a span does not come back from the text");
}

/// What must hold of any document.
pub fn holds(source: &SourceFile, document: &Document) {
    let sections = document.sections();
    assert!(sections[0].parent.is_none() && sections[0].heading.is_none(), "the root is no root");
    for (idx, section) in sections.iter().enumerate().skip(1) {
        assert!(section.parent.is_some_and(|parent| parent.0 < idx), "a section stands before the one around it");
        let heading = section.heading.as_ref().expect("a section has no heading");
        assert!(!heading.prose.is_empty() && heading.level >= 1, "a heading says nothing");
        holds_span(source, heading.span);
        holds_prose(source, &heading.prose);
    }
    for (idx, clause) in document.clauses().iter().enumerate() {
        assert!(!clause.prose.is_empty(), "a clause says nothing");
        assert!(clause.section.0 < sections.len(), "a clause stands in no section");
        assert!(clause.lead_in.iter().all(|lead_in| lead_in.0 < idx), "a clause is introduced by a later one");
        holds_span(source, clause.span);
        holds_prose(source, &clause.prose);
    }
    document.comments().iter().for_each(|comment| holds_span(source, comment.span));
    document.unread().iter().for_each(|span| holds_span(source, *span));
    assert!(document.contents().iter().all(|id| id.0 < document.clauses().len()));
    holds_span(source, document.front_matter());
    assert!(!document.languages().is_empty());
}

/// Every character of a prose leads back to bytes of the file, in order, and ASCII words to themselves.
pub fn holds_prose(source: &SourceFile, prose: &Prose) {
    let text = prose.text();
    assert!(!text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  "), "white space is left: {text:?}");
    let mut last = 0;
    for (start, character) in text.char_indices() {
        let stretch = ProseSpan { start, end: start + character.len_utf8() };
        let span = prose.span(stretch);
        holds_span(source, span);
        assert!(span.start() >= last, "prose runs backwards");
        last = span.start();
        let slice = source.slice(span);
        if character.is_ascii_alphanumeric() && slice.chars().count() == 1 {
            assert_eq!(slice.chars().next(), Some(character), "a letter leads to another one");
        }
    }
    for link in prose.links() {
        assert!(text.get(link.label.start..link.label.end).is_some(), "a link's label cuts a character");
        holds_span(source, prose.span(link.label));
    }
    holds_span(source, prose.span(prose.whole()));
}
