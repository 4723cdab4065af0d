//! `clauselint` lints privacy policies the way a compiler front end lints code: it parses a document into sections and
//! clauses, runs YAML rules over them, and reports findings that point at the exact bytes.
//!
//! # The way of the data
//!
//! ```text
//! bytes --source--> SourceFile --document--> Document --check(RuleSet)--> Assessment --report--> full | JSON | SARIF | ...
//!                                    ^                     ^
//!                         markdown | html | plain      rule <-- rules/*.yaml (embedded) and the user's own
//! ```
//!
//! | module | owns | knows nothing of |
//! |---|---|---|
//! | [`source`] | bytes, their decoding, spans, lines | what the text means |
//! | [`diagnostic`] | the one value that every problem is | how it is drawn |
//! | `yaml` | YAML files of users: pieces, errors with their places | what the keys mean |
//! | [`document`] | sections, clauses, prose and its way back to the bytes; a reader for each format | rules |
//! | [`rule`] | phrase patterns, vocabularies, rule files, the compiled [`rule::RuleSet`] | any law: that is in `rules/` |
//! | [`mod@check`] | the rules run over a document: statuses, evidence, findings, fingerprints | output formats |
//! | [`mod@diff`] | what an edit changed: two assessments of two versions held against each other | where versions come from |
//! | [`config`] | configuration files, and what holds for a policy by them | where they lie |
//! | [`suppress`] | comments and entries that set findings aside, and what is wrong with them | where files lie |
//! | [`baseline`] | findings that were there before, set aside | where files lie |
//! | [`record`] | policies that other programs hand over as JSON Lines | where they come from |
//! | [`eval`] | assessments held against labels that people gave | files, formats |
//! | [`report`] | the formats of a report | how anything was found |
//! | [`cli`] | arguments, files, folders, the terminal, exit codes | |
//!
//! A module may use what stands above it in the table, and nothing below; `main` calls [`cli`] and does nothing else.
//!
//! # Invariants
//!
//! 1. `source`, `diagnostic`, `document`, `rule`, `check`, `diff`, `suppress`, `baseline` and `record` are the core: they do no
//!    IO, read no clock and no environment, print nothing, and can't fail on a user's text. Any bytes give a document.
//! 2. The engine knows no law. What the GDPR or any other act asks stands in `rules/`, one file a rule, with its
//!    authority and its examples; a grep for "GDPR" in the code of `src/` finds nothing.
//! 3. A [`source::Span`] counts bytes of the file as it lies on disk, whatever its encoding, on character boundaries.
//!    A [`document::ProseSpan`] counts bytes of one prose. Only spans leave the core.
//! 4. Headings, contents entries, bare link labels and column headers are no evidence
//!    ([`document::ClauseKind::is_statement`]); they are context for the clauses that they stand over.
//! 5. A rule that exists is valid: whatever is wrong in a rule file became a [`diagnostic::Diagnostic`] on its source,
//!    and all mistakes of a run are reported together.
//! 6. Matching is linear in the length of the text, also for a rule file that a stranger wrote: each state of a program is
//!    visited once for a whole stretch of text, and what must stand near a phrase is looked for once, not around each
//!    match.
//! 7. Same input, same bytes out: results are sorted, and neither a map's order nor the timing of threads reaches an output.
//! 8. serde stays out of the core's types: the JSON reports and the YAML shape have structs of their own. The
//!    YAML crate is known in `yaml` only, miette drawn with in `report::graphical` only, clap known in `cli` only.
//! 9. A document is read in every language that a section of it is in and that the rules read; what is found in one of
//!    them is found. A rule that does not read the language of the whole never says "missing".
//! 10. A panic is a bug, and its message starts with "internal:".
//!
//! `tests/it/tidy.rs` holds the direction of the modules and the invariants that a machine can see.
//!
//! # Where to start
//!
//! What a run does stands in `cli::check`: it opens a `Plan` (policies, rules, configurations, suppressions), and checks each
//! policy by what is resolved for it. Several threads do so at once (`cli::parallel`); each makes a piece of the report by
//! [`report::Renderer`], and the pieces are written by [`report::Report`] in the order of the policies.
//!
//! A wrong "missing" is most often a phrase that a rule lacks (`rules/`), else a clause cut or classed wrongly: look at
//! `clauselint outline FILE`, then at `document::structure`. How patterns match is told in `rule::reading`; the built-in ones
//! are compiled by the build script, with the modules that compile a user's.

pub mod source;

pub mod diagnostic;

mod yaml;

pub mod document;

pub mod rule;

pub mod check;

pub mod diff;

pub mod config;

pub mod suppress;

pub mod baseline;

pub mod record;

pub mod eval;

pub mod report;

pub mod cli;
