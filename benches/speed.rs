//! How fast the parts of a run are, over the fixtures: `cargo bench`. Throughput is in bytes of policy.
//!
//! Whole runs over many policies, beside another program, are timed by `scripts/measure-speed`; docs/performance.md has
//! figures of both.

use std::hint::black_box;

use clauselint::check::{Settings, check};
use clauselint::document::{Document, Format};
use clauselint::rule::{Examples, RuleSet, builtin_sources, compile};
use clauselint::source::SourceFile;
use divan::Bencher;
use divan::counter::BytesCount;

/// A policy in each format.
const POLICIES: [(&str, &str); 3] = [
    ("complete.md", include_str!("../fixtures/complete.md")),
    ("page.html", include_str!("../fixtures/page.html")),
    ("plain.txt", include_str!("../fixtures/plain.txt")),
];

/// How often a policy is repeated, to see that the cost of a byte does not depend on how many there are.
const TIMES: [usize; 3] = [1, 16, 256];

fn main() {
    divan::main();
}

fn rules() -> RuleSet {
    compile(builtin_sources(Examples::Skip), Examples::Skip).0
}

fn repeated(name: &str, times: usize) -> SourceFile {
    let text = POLICIES.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    SourceFile::new(name, text.repeat(times).as_bytes())
}

/// Bytes to sections and clauses.
#[divan::bench(args = POLICIES.map(|(name, _)| name), consts = TIMES)]
fn parse<const N: usize>(bencher: Bencher<'_, '_>, name: &str) {
    let source = repeated(name, N);
    let format = Format::of(&source);
    bencher.counter(BytesCount::of_str(source.text())).bench(|| Document::parse(black_box(&source), format));
}

/// All rules over a document.
#[divan::bench(args = POLICIES.map(|(name, _)| name), consts = TIMES)]
fn match_all_rules<const N: usize>(bencher: Bencher<'_, '_>, name: &str) {
    let source = repeated(name, N);
    let document = Document::parse(&source, Format::of(&source));
    let rules = rules();
    let settings = Settings::default();
    bencher
        .counter(BytesCount::of_str(source.text()))
        .bench(|| check(&source, black_box(&document), &rules, &settings));
}

/// What every start of the program costs before a policy is read.
#[divan::bench]
fn load_the_rules() -> RuleSet {
    rules()
}

/// A policy from its bytes to what the rules make of it, the rules loaded.
#[divan::bench(args = POLICIES.map(|(name, _)| name))]
fn whole_policy(bencher: Bencher<'_, '_>, name: &str) {
    let source = repeated(name, 1);
    let rules = rules();
    let settings = Settings::default();
    bencher.counter(BytesCount::of_str(source.text())).bench(|| {
        let source = SourceFile::new(name, black_box(source.text()).as_bytes());
        let document = Document::parse(&source, Format::of(&source));
        check(&source, &document, &rules, &settings)
    });
}
