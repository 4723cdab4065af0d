//! `clauselint eval`: the rules held against a corpus of labelled policies.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::file::{self, Limit};
use super::input::{self, ProfileArgs};
use super::{Exit, Failure, Terminal};
use crate::check::{Assessed, Settings, check};
use crate::document::{Document, Format};
use crate::eval::{Evaluation, Figures, Label, Labelled, MissKind, evaluate};
use crate::report::printable;
use crate::rule::{Examples, RuleKind, RuleSet, Status, did_you_mean};
use crate::source::{SourceFile, Span};

/// What was typed after `eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = "The folder holds policies and a file labels.jsonl, a line a policy:\n  \
    {\"file\": \"shop.md\", \"labels\": {\"dpo-contact\": {\"present\": true, \"spans\": [[120, 151]]}}}\n\n\
    Examples:\n  \
    clauselint eval our-corpus --misses\n  \
    clauselint eval our-corpus --item dpo-contact --min missing-precision=0.95")]
pub(super) struct Args {
    /// A folder of labelled policies.
    #[arg(value_name = "CORPUS")]
    corpus: PathBuf,
    /// Only this item; may be given more than once.
    #[arg(long)]
    item: Vec<String>,
    /// List every policy on which labels and rules differ, with the words.
    #[arg(long)]
    misses: bool,
    /// Labels to put right before scoring, a JSON object a line; may be given more than once.
    #[arg(long, value_name = "FILE")]
    corrections: Vec<PathBuf>,
    /// Exit with 1 if a figure is below this, or if nothing was measured that it could be told from; may be given more
    /// than once.
    #[arg(long, value_name = "FIGURE=VALUE", value_parser = Threshold::parse)]
    min: Vec<Threshold>,
    /// How to report.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FormatName,
    /// A folder of rules to add.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    profile: ProfileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Text,
    Json,
}

/// A figure and the least that it may be.
#[derive(Clone, Debug)]
struct Threshold {
    figure: &'static str,
    least: f64,
}

/// The figures that a threshold can be set for.
const FIGURES: [&str; 6] = ["missing-precision", "missing-recall", "macro-f1", "grades", "values", "spans"];

impl Threshold {
    fn parse(text: &str) -> Result<Self, String> {
        let expected =
            || format!("expected FIGURE=VALUE with a value from 0 to 1; the figures are {}", FIGURES.join(", "));
        let (name, value) = text.split_once('=').ok_or_else(expected)?;
        let figure = FIGURES.into_iter().find(|figure| *figure == name).ok_or_else(expected)?;
        let least = value.parse().ok().filter(|least| (0.0..=1.0).contains(least)).ok_or_else(expected)?;
        Ok(Self { figure, least })
    }

    /// The figure, where it could be computed.
    fn value(&self, evaluation: &Evaluation) -> Option<f64> {
        match self.figure {
            "missing-precision" => evaluation.total.missing_precision,
            "missing-recall" => evaluation.total.missing_recall,
            // The mean of no item is shown as 0.
            "macro-f1" => evaluation.items.iter().any(|item| item.positives > 0.0).then_some(evaluation.macro_f1),
            "grades" => evaluation.grades_right(),
            "values" => evaluation.values_right(),
            _ => evaluation.total.touching,
        }
    }
}

/// A line of `labels.jsonl`.
#[derive(Deserialize)]
struct Row {
    file: String,
    group: Option<String>,
    labels: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct LabelRow {
    present: Option<bool>,
    spans: Option<Vec<[usize; 2]>>,
    value: Option<String>,
    grade: Option<Grade>,
    #[serde(default)]
    soft: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Grade {
    Disclosed,
    Vague,
}

/// A line of a file of corrections.
#[derive(Deserialize)]
struct Correction {
    corpus: String,
    file: String,
    item: String,
    present: bool,
    span: Option<[usize; 2]>,
}

/// A policy of the corpus, read and assessed.
struct Policy {
    file: String,
    group: String,
    source: SourceFile,
    labels: Vec<(String, Label)>,
    assessed: Vec<Assessed>,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let rules = input::load_rules(&args.rules, Examples::Skip, terminal)?;
    refuse_unknown_items(&args.item, &rules)?;
    let settings = Settings { profile: args.profile.profile(&rules)?, ..Settings::default() };
    let corrections = corrections(args)?;
    let mut policies = Vec::new();
    for (number, row) in rows::<Row>(&args.corpus.join("labels.jsonl"))? {
        let path = args.corpus.join(&row.file);
        let bytes = file::read(&path, Limit::LABELLED)
            .map_err(|error| Failure::Message(format!("can't read `{}`: {error}", path.display())))?;
        let mut labels = Vec::new();
        for (item, label) in row.labels {
            if !args.item.is_empty() && !args.item.contains(&item) {
                continue;
            }
            let label: LabelRow = serde_json::from_value(label)
                .map_err(|error| Failure::Message(format!("labels.jsonl:{number}: `{item}`: {error}")))?;
            let correction = corrections.get(&(row.file.clone(), item.clone()));
            let label = resolve(label, correction, bytes.len()).ok_or_else(|| {
                Failure::Message(format!("labels.jsonl:{number}: `{item}` has a span outside of the policy"))
            })?;
            labels.push((item, label));
        }
        let source = SourceFile::new(row.file.clone(), &bytes);
        let document = Document::parse(&source, Format::of(&source));
        let assessed = check(&source, &document, &rules, &settings).disclosures;
        policies.push(Policy {
            group: row.group.unwrap_or_else(|| row.file.clone()),
            file: row.file,
            source,
            labels,
            assessed,
        });
    }
    let labelled: Vec<Labelled<'_>> = policies
        .iter()
        .map(|policy| Labelled {
            file: &policy.file,
            group: &policy.group,
            labels: &policy.labels,
            assessed: &policy.assessed,
        })
        .collect();
    let evaluation = evaluate(&labelled, &rules);
    terminal.write(|out| match args.format {
        FormatName::Text => text(&evaluation, &policies, args, out),
        FormatName::Json => json(&evaluation, out),
    })?;
    let mut exit = Exit::Clean;
    for threshold in &args.min {
        let Threshold { figure, least } = threshold;
        let complaint = match threshold.value(&evaluation) {
            Some(value) if value >= *least => continue,
            Some(value) => format!("{figure} is {}, less than {least}", shown(Some(value)).trim()),
            // A gate must not open because the labels that it is about were lost.
            None => format!("{figure} is to be at least {least}, but nothing was measured that it could be told from"),
        };
        terminal.complain(&complaint);
        exit = Exit::Findings;
    }
    Ok(exit)
}

/// The lines of a file of JSON Lines with their 1-based numbers; blank lines are left out.
fn rows<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<(usize, T)>, Failure> {
    let name = path.display();
    let bytes =
        file::read(path, Limit::LISTS).map_err(|error| Failure::Message(format!("can't read `{name}`: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Failure::Message(format!("can't read `{name}`: it is not in UTF-8: {}", error.utf8_error()))
    })?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| match serde_json::from_str(line) {
            Ok(row) => Ok((number, row)),
            Err(error) => {
                let (words, column) = (error.to_string(), error.column());
                // It counts from the start of what it was given, which is one line.
                let mistake = words.rsplit_once(" at line 1 column ").map_or(words.as_str(), |(mistake, _)| mistake);
                Err(Failure::Message(format!("{name}:{number}:{column}: {mistake}")))
            }
        })
        .collect()
}

/// Refuses items that no rule is about: nothing could be measured of them.
fn refuse_unknown_items(items: &[String], rules: &RuleSet) -> Result<(), Failure> {
    let disclosures = rules.rules().iter().filter(|rule| matches!(rule.kind, RuleKind::Disclosure(_)));
    let known: Vec<&str> = disclosures.map(|rule| rule.id.name()).collect();
    let unknown = items.iter().filter(|item| !known.contains(&item.as_str()));
    let told = unknown.map(|item| {
        let meant = did_you_mean(item, known.iter().copied());
        let help = meant.map_or_else(
            || "an item is a disclosure's id without its pack, as `dpo-contact` is".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        format!("there is no item `{item}`; {help}")
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { Ok(()) } else { Err(Failure::Message(told.join("\nerror: "))) }
}

/// The corrections that are made to this corpus, by file and item.
fn corrections(args: &Args) -> Result<BTreeMap<(String, String), Correction>, Failure> {
    let mut all = BTreeMap::new();
    let corpus = args.corpus.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for path in &args.corrections {
        for (_, correction) in rows::<Correction>(path)? {
            if correction.corpus == corpus {
                all.insert((correction.file.clone(), correction.item.clone()), correction);
            }
        }
    }
    Ok(all)
}

/// A label as it counts; nothing if a span lies outside of the policy.
fn resolve(row: LabelRow, correction: Option<&Correction>, size: usize) -> Option<Label> {
    let (present, ranges) = match correction {
        Some(correction) => {
            (Some(correction.present), correction.span.filter(|_| correction.present).into_iter().collect())
        }
        None => (row.present, row.spans.unwrap_or_default()),
    };
    let span = |[start, end]: [usize; 2]| (start <= end && end <= size).then(|| Span::new(start, end));
    let grade = row.grade.map(|grade| match grade {
        Grade::Disclosed => Status::Disclosed,
        Grade::Vague => Status::Vague,
    });
    Some(Label {
        present,
        spans: ranges.into_iter().map(span).collect::<Option<Vec<Span>>>()?,
        value: row.value,
        grade,
        resembles: row.soft,
        corrected: correction.is_some(),
    })
}

fn text(evaluation: &Evaluation, policies: &[Policy], args: &Args, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:26} {:>6} {:>6}     P     R    F1    mP    mR  span", "item", "n", "pos")?;
    for item in &evaluation.items {
        let Figures { precision, recall, missing_precision, missing_recall, touching, .. } = item;
        let figures = [*precision, *recall, Some(item.f1), *missing_precision, *missing_recall, *touching].map(shown);
        writeln!(out, "{:26} {:>6.1} {:>6.1} {}", item.item, item.scored, item.positives, figures.join(" "))?;
    }
    if args.misses {
        for miss in &evaluation.misses {
            let kind = match miss.kind {
                MissKind::ReportedMissing => "fn",
                MissKind::ReportedPresent => "fp",
            };
            let source = policies.iter().find(|policy| policy.file == miss.file).map(|policy| &policy.source);
            let words: Vec<String> = source
                .into_iter()
                .flat_map(|source| miss.spans.iter().map(|span| source.slice(*span)))
                .map(|words| printable(words).replace('\n', " ").chars().take(160).collect())
                .collect();
            let words = if words.is_empty() { "(no text)".to_owned() } else { words.join(" | ") };
            writeln!(out, "{kind} {} {}: {words}", miss.item, printable(&miss.file))?;
        }
    }
    writeln!(out, "policies: {}, groups: {}", evaluation.policies, evaluation.groups)?;
    let total = &evaluation.total;
    for (name, value) in [
        ("macro F1", Some(evaluation.macro_f1)),
        ("micro P", total.precision),
        ("micro R", total.recall),
        ("missing P", total.missing_precision),
        ("missing R", total.missing_recall),
        ("evidence touches", total.touching),
        ("grades right", evaluation.grades_right()),
        ("values right", evaluation.values_right()),
    ] {
        let value = value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        writeln!(out, "{name}: {value}")?;
    }
    for ((label, got), count) in &evaluation.grades {
        writeln!(out, "grade {} -> {}: {count}", label.name(), got.name())?;
    }
    for (item, values) in &evaluation.values {
        for ((label, got), count) in values {
            writeln!(out, "value of {item} {label} -> {}: {count}", got.as_deref().unwrap_or("none"))?;
        }
    }
    for (item, count) in &evaluation.unreported {
        writeln!(out, "not reported: {item}: {count}")?;
    }
    for (item, count) in &evaluation.not_applicable {
        writeln!(out, "not applicable: {item}: {count}")?;
    }
    Ok(())
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "   - ".to_owned(), |value| format!("{value:5.2}"))
}

#[derive(Serialize)]
struct Output {
    items: BTreeMap<String, ItemOut>,
    summary: SummaryOut,
}

#[derive(Serialize)]
struct ItemOut {
    n: f64,
    positives: f64,
    #[serde(rename = "P")]
    precision: Option<f64>,
    #[serde(rename = "R")]
    recall: Option<f64>,
    #[serde(rename = "F1")]
    f1: f64,
    #[serde(rename = "mP")]
    missing_precision: Option<f64>,
    #[serde(rename = "mR")]
    missing_recall: Option<f64>,
    span: Option<f64>,
}

#[derive(Serialize)]
struct SummaryOut {
    policies: usize,
    groups: usize,
    items: usize,
    #[serde(rename = "macro_F1")]
    macro_f1: f64,
    #[serde(rename = "micro_P")]
    micro_precision: Option<f64>,
    #[serde(rename = "micro_R")]
    micro_recall: Option<f64>,
    #[serde(rename = "micro_F1")]
    micro_f1: f64,
    #[serde(rename = "missing_P")]
    missing_precision: Option<f64>,
    #[serde(rename = "missing_R")]
    missing_recall: Option<f64>,
    span: Option<f64>,
    grades_right: Option<f64>,
    values_right: Option<f64>,
    not_reported: BTreeMap<String, usize>,
    not_applicable: BTreeMap<String, usize>,
    grades: BTreeMap<String, usize>,
    values: BTreeMap<String, BTreeMap<String, usize>>,
    misses: Vec<MissOut>,
}

#[derive(Serialize)]
struct MissOut {
    item: String,
    reported: &'static str,
    file: String,
    spans: Vec<[usize; 2]>,
}

fn json(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    // Weights are shown to one place, as in the text.
    let rounded = |weight: f64| format!("{weight:.1}").parse().unwrap_or(weight);
    let item = |figures: &Figures| ItemOut {
        n: rounded(figures.scored),
        positives: rounded(figures.positives),
        precision: figures.precision,
        recall: figures.recall,
        f1: figures.f1,
        missing_precision: figures.missing_precision,
        missing_recall: figures.missing_recall,
        span: figures.touching,
    };
    let total = &evaluation.total;
    let values = evaluation.values.iter().map(|(item, values)| {
        let pairs = values
            .iter()
            .map(|((label, got), count)| (format!("{label} -> {}", got.as_deref().unwrap_or("None")), *count));
        (item.clone(), pairs.collect())
    });
    let miss = |miss: &crate::eval::Miss| MissOut {
        item: miss.item.clone(),
        reported: match miss.kind {
            MissKind::ReportedMissing => "missing",
            MissKind::ReportedPresent => "present",
        },
        file: miss.file.clone(),
        spans: miss.spans.iter().map(|span| [span.start(), span.end()]).collect(),
    };
    let output = Output {
        items: evaluation.items.iter().map(|figures| (figures.item.clone(), item(figures))).collect(),
        summary: SummaryOut {
            policies: evaluation.policies,
            groups: evaluation.groups,
            items: evaluation.items.len(),
            macro_f1: evaluation.macro_f1,
            micro_precision: total.precision,
            micro_recall: total.recall,
            micro_f1: total.f1,
            missing_precision: total.missing_precision,
            missing_recall: total.missing_recall,
            span: total.touching,
            grades_right: evaluation.grades_right(),
            values_right: evaluation.values_right(),
            not_reported: evaluation.unreported.clone(),
            not_applicable: evaluation.not_applicable.clone(),
            grades: evaluation
                .grades
                .iter()
                .map(|((label, got), count)| (format!("{} -> {}", label.name(), got.name()), *count))
                .collect(),
            values: values.collect(),
            misses: evaluation.misses.iter().map(miss).collect(),
        },
    };
    serde_json::to_writer_pretty(&mut *out, &output)?;
    writeln!(out)
}
