//! Configuration on the command line: files found upward from each policy, options that override them, and
//! `clauselint config`, which shows what holds and why.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use clap::ValueEnum;
use walkdir::WalkDir;

use super::file::{self, Limit};
use super::input::{self, ProfileArgs};
use super::{Exit, Failure, Terminal, place};
use crate::check::Level;
use crate::config::{Choice, Chosen, ConfigFile, FILE_NAME, FailOn, Origin, Resolved, Size, language, select};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::document::Language;
use crate::report;
use crate::rule::{Examples, Layer, ReadingLevel, RuleSet, builtin_sources, compile};
use crate::source::SourceFile;

/// What can be configured, as typed.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// Use this configuration file instead of looking for clauselint.yaml upward from each policy.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use no configuration file.
    #[arg(long, conflicts_with = "config")]
    no_config: bool,
    /// A folder of rules to add; a rule replaces a built-in one of the same id. May be given more than once.
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Only these rules: ids, packs, or starts of ids with `*`, separated by commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Take a rule's findings as `error`, `warning` or `advice`, or turn it `off`; may be given more than once.
    #[arg(long, value_name = "RULE=LEVEL", value_parser = RuleLevel::parse)]
    severity: Vec<RuleLevel>,
    /// How carefully to read: for a `gate` (errors and warnings), as ever (`normal`), or as a `careful` editor.
    #[arg(long, value_name = "LEVEL", value_parser = parse_level)]
    level: Option<ReadingLevel>,
    /// After how many days a policy is too old, in place of what the rule says.
    #[arg(long, value_name = "DAYS")]
    stale_after: Option<u16>,
    /// From which severity on findings make the run fail.
    #[arg(long, value_name = "SEVERITY", value_parser = parse_fail_on)]
    fail_on: Option<FailOn>,
    /// How many warnings there may be before the run fails.
    #[arg(long, value_name = "COUNT")]
    max_warnings: Option<usize>,
    /// The largest policy that is read: bytes, or a size as in `64MiB`, which it is where nothing is said. A larger one is
    /// an error, and the others are still checked.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_file_size: Option<Size>,
    /// The language that the policies are written in (`en`, `de`), where it is not to be told by looking (`auto`).
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    #[command(flatten)]
    profile: ProfileArgs,
}

fn parse_level(text: &str) -> Result<ReadingLevel, String> {
    let found = ReadingLevel::ALL.into_iter().find(|level| level.name() == text);
    found.ok_or_else(|| format!("expected one of {}", ReadingLevel::ALL.map(ReadingLevel::name).join(", ")))
}

pub(super) fn parse_size(text: &str) -> Result<Size, String> {
    Size::parse(text).ok_or_else(|| "expected a number of bytes, or of kB, KiB, MB, MiB, GB or GiB".to_owned())
}

fn parse_fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| format!("expected one of {}", FailOn::NAMES.join(", ")))
}

/// How rules are to be taken, as typed.
#[derive(Clone, Debug)]
struct RuleLevel {
    name: String,
    level: Level,
}

impl RuleLevel {
    fn parse(text: &str) -> Result<Self, String> {
        let expected = || "expected RULE=LEVEL; the levels are error, warning, advice and off".to_owned();
        let (name, level) = text.split_once('=').ok_or_else(expected)?;
        let severity = || Severity::ALL.into_iter().find(|severity| severity.name() == level).map(Level::At);
        let level = if level == "off" { Some(Level::Off) } else { severity() };
        Ok(Self { name: name.to_owned(), level: level.ok_or_else(expected)? })
    }
}

/// A policy to be checked.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    /// Its path, as given or found.
    pub(super) path: PathBuf,
    /// The configuration that holds for it, by its place in the workspace.
    config: Option<usize>,
}

/// A configuration file, and the folder that its paths start from.
struct Loaded {
    folder: PathBuf,
    file: ConfigFile,
}

/// All that a run is about: the policies, the rules, and what holds for which.
pub(super) struct Workspace {
    pub(super) rules: RuleSet,
    pub(super) policies: Vec<Policy>,
    /// What could not be read of the paths.
    pub(super) problems: Vec<String>,
    configs: Vec<Loaded>,
    /// The configurations that brought a rule along, by the rule's place, where it was not built in or given by an option.
    owners: BTreeMap<usize, Vec<usize>>,
    /// What the options say, to be applied last.
    options: Options,
}

/// What the options say, held against the rules.
#[derive(Default)]
struct Options {
    levels: Vec<(Vec<usize>, Level, Origin)>,
    /// The rules that were selected, which no level leaves out.
    selected: Vec<usize>,
    facts: Vec<(String, Vec<String>)>,
    language: Option<Option<Language>>,
    level: Option<ReadingLevel>,
    stale_after: Option<u16>,
    fail_on: Option<FailOn>,
    max_warnings: Option<usize>,
    max_file_size: Option<Size>,
}

impl Workspace {
    /// Finds the policies and their configurations, and loads all rules. Every mistake in a configuration or a rule file
    /// is drawn on standard error, and then nothing is checked.
    pub(super) fn open(paths: &[PathBuf], args: &ConfigArgs, terminal: &Terminal) -> Result<Self, Failure> {
        let mut finder = Finder::new(args)?;
        let (policies, problems) = finder.policies(paths)?;
        let Finder { configs, mut mistakes, .. } = finder;

        let mut sources = builtin_sources(Examples::Skip);
        for folder in &args.rules {
            sources.extend(input::read_rule_folder(folder).map_err(Failure::Message)?);
        }
        let given = sources.len();
        // The configurations that brought each of the sources from here on along.
        let mut brought: Vec<Vec<usize>> = Vec::new();
        let mut folders: BTreeMap<PathBuf, std::ops::Range<usize>> = BTreeMap::new();
        for (idx, Loaded { folder, file }) in configs.iter().enumerate() {
            for (rules, span) in file.rule_folders() {
                let path = folder.join(rules);
                if let Some(known) = folders.get(&absolute(&path)) {
                    brought[known.clone()].iter_mut().for_each(|configs| configs.push(idx));
                    continue;
                }
                match input::read_rule_folder(&path) {
                    Ok(read) => {
                        folders.insert(absolute(&path), brought.len()..brought.len() + read.len());
                        brought.resize(brought.len() + read.len(), vec![idx]);
                        sources.extend(read);
                    }
                    Err(message) => mistakes
                        .push((idx, Diagnostic::error("config/rule-folders", message, Label::new(span, "here")))),
                }
            }
            let required = file.required();
            brought.resize(brought.len() + required.len(), vec![idx]);
            sources.extend(required);
        }
        let (rules, wrong) = compile(sources, Examples::Skip);
        let mut drawn: Vec<(&SourceFile, Diagnostic)> = Vec::new();
        for (idx, diagnostic) in mistakes {
            drawn.push((configs[idx].file.source(), diagnostic));
        }
        for Loaded { folder, file } in &configs {
            let dead = file.globs().filter(|glob| !matches_any(folder, glob));
            drawn.extend(dead.map(|glob| (file.source(), file.dead(glob))));
            // What a rule file lacks would be missed here a second time.
            if wrong.is_empty() {
                drawn.extend(file.problems(&rules).into_iter().map(|diagnostic| (file.source(), diagnostic)));
            }
        }
        drawn.extend(wrong.into_iter().map(|problem| (&rules.sources()[problem.file].source, problem.diagnostic)));
        if !drawn.is_empty() {
            return Err(input::draw_mistakes(&drawn, terminal)?);
        }
        let owner = |rule: usize| Some((rule, brought.get(rules.rules()[rule].source.checked_sub(given)?)?.clone()));
        let owners = (0..rules.rules().len()).filter_map(owner).collect();
        let options = Options::new(args, &rules)?;
        Ok(Self { rules, policies, problems, configs, owners, options })
    }

    /// What holds for a policy.
    pub(super) fn resolved(&self, policy: &Policy) -> Resolved {
        let mut resolved = Resolved::default();
        let is_own = |owners: &Vec<usize>| policy.config.is_some_and(|config| owners.contains(&config));
        let foreign = self.owners.iter().filter(|(_, owners)| !is_own(owners));
        resolved.set_levels(foreign.map(|(rule, _)| *rule), Level::Off, &Origin::Default);
        if let Some(Loaded { folder, file }) = policy.config.map(|config| &self.configs[config]) {
            file.apply(&relative(&policy.path, folder).unwrap_or_default(), &self.rules, &mut resolved);
        }
        self.options.apply(&mut resolved);
        resolved.apply_level(&self.rules, &self.options.selected);
        resolved
    }

    /// The files that it was, or is to be, read from: what each is, and its path.
    pub(super) fn reads(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let policies = self.policies.iter().map(|policy| ("the policy", policy.path.clone()));
        let configs =
            self.configs.iter().map(|config| ("the configuration", PathBuf::from(config.file.source().name())));
        let rules = self.rules.sources().iter().filter(|rules| rules.layer == Layer::User);
        let rules = rules.map(|rules| ("the rule file", PathBuf::from(rules.source.name())));
        policies.chain(configs).chain(rules).filter(|(_, path)| path != Path::new("-"))
    }

    /// Where the configuration of a policy lies.
    fn config_path(&self, policy: &Policy) -> Option<&str> {
        policy.config.map(|config| self.configs[config].file.source().name())
    }
}

impl Options {
    fn new(args: &ConfigArgs, rules: &RuleSet) -> Result<Self, Failure> {
        let mut options = Self {
            level: args.level,
            stale_after: args.stale_after,
            fail_on: args.fail_on,
            max_warnings: args.max_warnings,
            max_file_size: args.max_file_size,
            ..Self::default()
        };
        let mut mistakes = Vec::new();
        match args.language.as_ref().map(|code| language(code, rules)) {
            Some(Ok(language)) => options.language = Some(language),
            Some(Err(message)) => mistakes.push(message),
            None => {}
        }
        let mut selected = |names: &[String]| -> Vec<usize> {
            let mut selected = Vec::new();
            for name in names {
                match select(name.trim(), rules) {
                    Ok(rules) => selected.extend(rules),
                    Err(message) => mistakes.push(message),
                }
            }
            selected
        };
        let only = selected(&args.select);
        if !args.select.is_empty() {
            let others = (0..rules.rules().len()).filter(|rule| !only.contains(rule)).collect();
            options.levels.push((others, Level::Off, Origin::Option("--select")));
            options.selected = only;
        }
        options.levels.push((selected(&args.ignore), Level::Off, Origin::Option("--ignore")));
        for RuleLevel { name, level } in &args.severity {
            let rules = selected(std::slice::from_ref(name));
            options.levels.push((rules, *level, Origin::Option("--severity")));
        }
        if !mistakes.is_empty() {
            mistakes.dedup();
            return Err(Failure::Message(mistakes.join("\nerror: ")));
        }
        let profile = args.profile.profile(rules)?;
        let fact = |(fact, values): (&str, _)| (fact.to_owned(), Iterator::map(values, str::to_owned).collect());
        options.facts = profile.facts().map(fact).collect();
        Ok(options)
    }

    fn apply(&self, resolved: &mut Resolved) {
        for (rules, level, origin) in &self.levels {
            resolved.set_levels(rules.iter().copied(), *level, origin);
        }
        for (fact, values) in &self.facts {
            resolved.set_fact(fact, values.iter().cloned(), Origin::Option("--profile"));
        }
        if let Some(level) = self.level {
            resolved.level = Chosen::new(level, Origin::Option("--level"));
        }
        if let Some(days) = self.stale_after {
            resolved.stale_after = Chosen::new(Some(days), Origin::Option("--stale-after"));
        }
        if let Some(language) = self.language {
            resolved.language = Chosen::new(language, Origin::Option("--language"));
        }
        if let Some(fail_on) = self.fail_on {
            resolved.fail_on = Chosen::new(fail_on, Origin::Option("--fail-on"));
        }
        if let Some(most) = self.max_warnings {
            resolved.max_warnings = Chosen::new(Some(most), Origin::Option("--max-warnings"));
        }
        if let Some(most) = self.max_file_size {
            resolved.max_file_size = Chosen::new(most, Origin::Option("--max-file-size"));
        }
    }
}

/// Looks for policies and their configurations.
struct Finder<'a> {
    args: &'a ConfigArgs,
    configs: Vec<Loaded>,
    /// The configuration of each folder that was looked at, which has an absolute path.
    by_folder: BTreeMap<PathBuf, Option<usize>>,
    /// What is wrong in configuration files, by their places.
    mistakes: Vec<(usize, Diagnostic)>,
}

impl<'a> Finder<'a> {
    fn new(args: &'a ConfigArgs) -> Result<Self, Failure> {
        let mut finder = Self { args, configs: Vec::new(), by_folder: BTreeMap::new(), mistakes: Vec::new() };
        if let Some(path) = &args.config {
            finder.load(path)?;
        }
        Ok(finder)
    }

    fn load(&mut self, path: &Path) -> Result<usize, Failure> {
        let name = path.to_string_lossy().into_owned();
        let bytes = file::read(path, Limit::CONFIGURATION)
            .map_err(|error| Failure::Message(format!("can't read `{name}`: {error}")))?;
        let (file, problems) = ConfigFile::read(SourceFile::new(name, &bytes));
        let idx = self.configs.len();
        self.mistakes.extend(problems.into_iter().map(|problem| (idx, problem)));
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        self.configs.push(Loaded { folder, file });
        Ok(idx)
    }

    /// The configuration that holds in a folder: its own, else that of the folder around it.
    fn config_of(&mut self, folder: &Path) -> Result<Option<usize>, Failure> {
        if self.args.no_config {
            return Ok(None);
        }
        if self.args.config.is_some() {
            return Ok(Some(0));
        }
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let absolute = absolute(folder);
        if let Some(known) = self.by_folder.get(&absolute) {
            return Ok(*known);
        }
        let path = folder.join(FILE_NAME);
        // Also what turns out to be no file: who put it there means it to hold.
        let found = if file::is_there(&path) {
            Some(self.load(path.strip_prefix(".").unwrap_or(&path))?)
        } else if absolute.parent().is_some() {
            self.config_of(&above(folder))?
        } else {
            None
        };
        self.by_folder.insert(absolute, found);
        Ok(found)
    }

    /// The policies that paths stand for: files as given, and below a folder all files that the configuration includes
    /// and does not exclude, in the order of their names. Hidden files and folders below it are left out, and reports of earlier runs.
    fn policies(&mut self, paths: &[PathBuf]) -> Result<(Vec<Policy>, Vec<String>), Failure> {
        let mut found = Vec::new();
        let mut problems = Vec::new();
        for path in paths {
            if !path.is_dir() {
                let config = self.config_of(path.parent().unwrap_or(Path::new("")))?;
                found.push(Policy { path: path.clone(), config });
                continue;
            }
            let before = found.len();
            let told = problems.len();
            let mut links = 0_usize;
            for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(is_shown) {
                let entry = match entry {
                    Ok(entry) if entry.file_type().is_dir() => continue,
                    Ok(entry) => entry,
                    Err(error) => {
                        problems.push(unwalked(&error, path));
                        continue;
                    }
                };
                let file = entry.path().strip_prefix(".").unwrap_or(entry.path());
                let config = self.config_of(file.parent().unwrap_or(Path::new("")))?;
                if !self.is_policy(file, config) {
                    continue;
                }
                let name = file.display();
                match file::kind(entry.file_type()) {
                    None if input::is_report(file) => {}
                    None => found.push(Policy { path: file.to_path_buf(), config }),
                    // Where it leads is not looked at: what is there may be none of the folder's business.
                    Some(_) if entry.path_is_symlink() && file.exists() => links += 1,
                    Some(_) if entry.path_is_symlink() => {
                        problems.push(format!("can't read `{name}`: {}", file::LEADS_NOWHERE));
                    }
                    Some(kind) => problems.push(format!("can't read `{name}`: it is {kind}, not a file")),
                }
            }
            if found.len() == before && problems.len() == told {
                let expected = input::EXTENSIONS.map(|extension| format!(".{extension}")).join(", ");
                let links = if links > 0 { "; symbolic links are not followed, name them one by one" } else { "" };
                let name = path.display();
                problems.push(format!("`{name}` holds no policy: expected files ending in {expected}{links}"));
            }
        }
        if paths.len() > 1 {
            once(&mut found);
        }
        Ok((found, problems))
    }

    fn is_policy(&self, file: &Path, config: Option<usize>) -> bool {
        let choice = config.map(|config| &self.configs[config]).and_then(|Loaded { folder, file: config }| {
            let relative = relative(file, folder)?;
            Some(config.choice(&relative))
        });
        match choice {
            Some(Choice::Included) => true,
            Some(Choice::Excluded) => false,
            Some(Choice::Unsaid) | None => input::has_extension(file, &input::EXTENSIONS),
        }
    }
}

/// Leaves out the files that are among the policies before, under whichever name: they would be counted twice.
fn once(policies: &mut Vec<Policy>) {
    let mut known = BTreeSet::new();
    let is_file = |path: &Path| path != Path::new("-") && path.is_file();
    policies.retain(|policy| !is_file(&policy.path) || known.insert(place::absolute(&policy.path)));
}

/// The folder around a folder, written as it was written.
fn above(folder: &Path) -> PathBuf {
    let goes_up = |part: Component<'_>| matches!(part, Component::ParentDir | Component::CurDir);
    match folder.parent() {
        _ if folder == Path::new(".") => PathBuf::from(".."),
        _ if folder.components().next_back().is_some_and(goes_up) => folder.join(".."),
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_path_buf(),
        None => folder.join(".."),
    }
}

fn is_shown(entry: &walkdir::DirEntry) -> bool {
    entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
}

/// Says that a part of a folder could not be walked.
fn unwalked(error: &walkdir::Error, folder: &Path) -> String {
    let path = error.path().unwrap_or(folder);
    let path = path.strip_prefix(".").unwrap_or(path);
    let reason = error.io_error().map_or_else(|| error.to_string(), file::reason);
    format!("can't read the folder `{}`: {reason}", path.display())
}

/// Whether a pattern matches any file below the folder that it is relative to, or may match one where it is not to be
/// seen which there are.
fn matches_any(folder: &Path, glob: &crate::config::PathGlob) -> bool {
    let below = folder.join(glob.folder());
    let below = if below.as_os_str().is_empty() { Path::new(".") } else { &below };
    // A folder that is not there holds nothing; one that can't be read may hold anything.
    let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    WalkDir::new(below).into_iter().filter_entry(is_shown).any(|entry| match entry {
        Ok(entry) if entry.file_type().is_dir() => false,
        Ok(entry) => relative(entry.path(), folder).is_some_and(|path| glob.matches(&path)),
        Err(error) => !error.io_error().is_some_and(is_missing),
    })
}

/// A path relative to a folder, with `/` between its parts; nothing where it does not lie below it.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    let path = absolute(path);
    let below = path.strip_prefix(absolute(folder)).ok()?;
    let parts: Vec<String> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    Some(parts.join("/"))
}

/// An absolute path without `.` and `..`, links not followed.
fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let mut clean = PathBuf::new();
    for part in path.unwrap_or_default().components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// What was typed after `config`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  clauselint config privacy-policy.md\n  clauselint config --format json policies/app.md"
)]
pub(super) struct Args {
    /// The policy to show the configuration for.
    #[arg(value_name = "POLICY", default_value = "privacy-policy.md")]
    policy: PathBuf,
    /// How to show it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: FormatName,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    Text,
    Json,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let workspace = Workspace::open(std::slice::from_ref(&args.policy), &args.config, terminal)?;
    let Some(policy) = workspace.policies.first() else {
        return Err(Failure::Message(workspace.problems.join("\nerror: ")));
    };
    let values = values(&workspace.resolved(policy), &workspace.rules);
    let config = workspace.config_path(policy);
    match args.format {
        FormatName::Text => terminal.write(|out| text(policy, config, &values, out))?,
        FormatName::Json => {
            let values = values.iter().map(
                |(key, value, origin)| serde_json::json!({"key": key, "value": value, "origin": origin.to_string()}),
            );
            let shown = serde_json::json!({
                "policy": policy.path.to_string_lossy(),
                "config": config,
                "values": values.collect::<Vec<_>>(),
            });
            terminal.write(|out| writeln!(out, "{shown:#}"))?;
        }
    }
    Ok(Exit::Clean)
}

/// Key, value and origin of all that holds for a policy, in a fixed order.
fn values(resolved: &Resolved, rules: &RuleSet) -> Vec<(String, String, Origin)> {
    let language = resolved.language.value.map_or("auto", Language::code);
    let most = resolved.max_warnings.value.map_or("any number".to_owned(), |most| most.to_string());
    let stale = resolved.stale_after.value.map_or("as the rule says".to_owned(), |days| format!("{days} days"));
    let mut values = vec![
        ("fail-on".to_owned(), resolved.fail_on.value.name().to_owned(), resolved.fail_on.origin.clone()),
        ("max-warnings".to_owned(), most, resolved.max_warnings.origin.clone()),
        ("max-file-size".to_owned(), resolved.max_file_size.value.to_string(), resolved.max_file_size.origin.clone()),
        ("level".to_owned(), resolved.level.value.name().to_owned(), resolved.level.origin.clone()),
        ("stale-after".to_owned(), stale, resolved.stale_after.origin.clone()),
        ("language".to_owned(), language.to_owned(), resolved.language.origin.clone()),
    ];
    for fact in rules.facts() {
        let (value, origin) = match resolved.profile.get(&fact.name) {
            Some(chosen) => (chosen.value.iter().cloned().collect::<Vec<_>>().join(", "), chosen.origin.clone()),
            None => ("unsaid".to_owned(), Origin::Default),
        };
        values.push((format!("profile.{}", fact.name), value, origin));
    }
    for (idx, rule) in rules.rules().iter().enumerate() {
        let (value, origin) = match resolved.levels.get(&idx) {
            Some(Chosen { value: Level::Off, origin }) => ("off", origin.clone()),
            Some(Chosen { value: Level::At(severity), origin }) => (severity.name(), origin.clone()),
            None => (rule.severity.name(), Origin::Default),
        };
        values.push((format!("rules.{}", rule.id), value.to_owned(), origin));
    }
    values
}

fn text(
    policy: &Policy,
    config: Option<&str>,
    values: &[(String, String, Origin)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = policy.path.to_string_lossy();
    match config {
        Some(config) => writeln!(out, "{} by {}", report::printable(&path), report::printable(config))?,
        None => writeln!(out, "{} by no configuration file", report::printable(&path))?,
    }
    let width = |column: fn(&(String, String, Origin)) -> &str| {
        values.iter().map(|value| column(value).chars().count()).max().unwrap_or(0)
    };
    let (keys, shown) = (width(|(key, _, _)| key), width(|(_, value, _)| value));
    for (key, value, origin) in values {
        let origin = origin.to_string();
        writeln!(out, "  {key:keys$}  {value:shown$}  {}", report::printable(&origin))?;
    }
    Ok(())
}
