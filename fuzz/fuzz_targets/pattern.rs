//! Patterns: what parses can be run over any text. The input is a pattern, a line end, and the text.

#![no_main]

use clauselint::check::{Settings, check};
use clauselint::document::Format;
use clauselint::rule::{Examples, Layer, Role, RuleSource, compile};
use clauselint::source::SourceFile;
use clauselint_fuzz::{holds_span, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (pattern, text) = text.split_once('\n').unwrap_or((text, "We keep your data for 30 days."));
    if pattern.len() > 2100 || text.len() > 4096 {
        return;
    }
    let quoted = pattern.replace('\\', "\\\\").replace('"', "\\\"");
    let rule = format!(
        "id: a/b\ntitle: T\nkind: forbidden\nseverity: error\ncite: [c]\nwhy: w\nphrases: [\"{quoted}\"]\n\
         message: {{found: m}}\nhelp: h\nexamples: {{}}\n"
    );
    let source = SourceFile::new("rule.yaml", rule.as_bytes());
    let given = RuleSource { source, role: Role::Rule, layer: Layer::User, language: None, compact: None };
    let (rules, problems) = compile(vec![given], Examples::Skip);
    for problem in &problems {
        holds_span(&rules.sources()[problem.file].source, problem.diagnostic.primary.span);
    }
    if problems.is_empty() {
        let (source, document) = read(text.as_bytes(), Format::Plain);
        let assessment = check(&source, &document, &rules, &Settings::default());
        assessment.findings.iter().for_each(|finding| holds_span(&source, finding.diagnostic.primary.span));
    }
});
