//! For any text in any format and any encoding: every span lies inside the file on character boundaries, clauses come
//! in order, and the words that a clause shows stand in the source under its span.

use clauselint::check::{Settings, check};
use clauselint::document::{Document, Format};
use clauselint::rule::{Examples, RuleSet, builtin_sources, compile};
use clauselint::source::{SourceFile, Span};
use proptest::prelude::*;

/// Pieces that policies are made of, with what readers trip over between them.
fn policy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[A-Za-z]{1,8}",
        4 => Just(" ".to_owned()),
        3 => Just("\n".to_owned()),
        2 => Just("\n\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        8 => prop::sample::select(vec![
            "# ", "## ", "- ", "* ", "• ", "1. ", "(a) ", "> ", "    ", "\t", "---\n", "===\n", "|", "| a | b |\n|---|---|\n",
            "**", "_", "`", "```\n", "[", "](#x)", "](mailto:a@b.example)", "<p>", "</p>", "<li>", "<ul>", "</ul>", "<br>", "<b>", "</b>",
            "<td>", "<tr>", "<table>", "</table>", "<th>", "<h2>", "</h2>", "<script>", "</script>", "<div hidden>", "</div>", "<!--", "-->",
            "&amp;", "&eacute;", "&nbsp;", "&#8220;", "&bogus;", "&", "\\", "\u{a0}", "\u{ad}", "\u{200b}", "\u{2019}", "\u{201c}", "\u{2014}",
            "é", "ß", "漢字", "😀", ". ", "? ", ": ", "e.g. ", "Inc. ", "a@b.example", "https://x.example/a?b=c", "\0", "\u{1b}[31m",
            "You have the right to: ", "personal data ", "[^1]", "[^1]: ", ": ", "~~", "<nav>", "</nav>", "<dt>", "<dd>", "{#id}",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn encode(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        2 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        3 => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
        // Latin letters as single bytes: Windows-1252.
        _ => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
    }
}

fn assert_inside(source: &SourceFile, span: Span) {
    assert!(span.end() <= source.size(), "{span:?} of {}", source.size());
    // A span that starts or ends inside a character would come back from the text as another one.
    assert_eq!(source.span(source.range(span)), span, "not on character boundaries");
}

/// Letters and digits, so that folding, markup and white space don't matter.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether the letters of one text come in another in the same order.
fn comes_in(shown: &str, source: &str) -> bool {
    let mut rest = source.chars();
    shown.chars().all(|letter| rest.any(|other| other == letter))
}

fn assert_document(bytes: &[u8], format: Format) {
    let source = SourceFile::new("policy", bytes);
    let document = Document::parse(&source, format);
    let mut last = 0;
    for clause in document.clauses() {
        assert_inside(&source, clause.span);
        assert!(!clause.span.is_empty() && !clause.prose.is_empty(), "{clause:?}");
        assert!(clause.span.start() >= last, "out of order: {clause:?}");
        last = clause.span.start();
        assert!(clause.section.0 < document.sections().len());
        assert!(clause.lead_in.iter().all(|id| document.clause(*id).span.start() <= clause.span.start()));
        let stands = source.slice(clause.span);
        // A character reference shows letters that don't stand in the source.
        if !stands.contains('&') {
            assert!(
                comes_in(&letters(clause.prose.text()), &letters(stands)),
                "{:?} in {stands:?}",
                clause.prose.text()
            );
        }
    }
    for heading in document.sections().iter().filter_map(|section| section.heading.as_ref()) {
        assert_inside(&source, heading.span);
        assert!(!heading.span.is_empty());
    }
    for comment in document.comments() {
        assert_inside(&source, comment.span);
        assert!(!comment.span.is_empty() && format != Format::Plain);
        assert!(source.slice(comment.span).starts_with('<'), "{comment:?}");
    }
}

thread_local! {
    static RULES: RuleSet = compile(builtin_sources(Examples::Skip), Examples::Skip).0;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_any_policy(text in policy(), encoding in 0_usize..5) {
        for format in Format::ALL {
            assert_document(&encode(&text, encoding), format);
        }
    }

    #[test]
    fn of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in Format::ALL {
            assert_document(&bytes, format);
        }
    }

    #[test]
    fn of_all_findings_and_evidence(text in policy(), encoding in 0_usize..5) {
        let source = SourceFile::new("policy", &encode(&text, encoding));
        let document = Document::parse(&source, Format::of(&source));
        let assessment = RULES.with(|rules| check(&source, &document, rules, &Settings::default()));
        for evidence in assessment.disclosures.iter().flat_map(|assessed| &assessed.evidence) {
            assert_inside(&source, evidence.span);
            assert!(!evidence.span.is_empty());
        }
        for finding in &assessment.findings {
            assert_inside(&source, finding.diagnostic.primary.span);
            // Only an empty file has no place to point at.
            assert!(!finding.diagnostic.primary.span.is_empty() || source.text().is_empty());
        }
    }
}

#[test]
fn of_odd_files() {
    let long_line = "We keep your data for 30 days and more words ".repeat(2_000);
    for text in ["", "\0", "\n", " ", "\u{feff}", "---\n---\n", "<", "&", "]]>", "- ", "|", long_line.as_str()] {
        for encoding in 0..5 {
            for format in Format::ALL {
                assert_document(&encode(text, encoding), format);
            }
        }
    }
    // Half a character, half a UTF-16 pair, an odd byte.
    for bytes in [&b"\xE2\x82"[..], b"\xFF\xFE\x00\xD8", b"\xFF\xFE\x41", b"\xEF\xBB\xBF\xFF", b"a\xFFb\xC3\xA9c"] {
        for format in Format::ALL {
            assert_document(bytes, format);
        }
    }
}
