//! Configuration: which policies are checked, with which rules, how strictly, and for whom.
//!
//! A configuration file is read in two steps, because what it names can be known only later: [`ConfigFile::read`] takes
//! its shape, [`ConfigFile::problems`] holds the rules, packs and facts that it names against a [`RuleSet`]. What then
//! holds for one policy is [`Resolved`], where every value knows its [`Origin`]. Nothing here reads a file.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use crate::check::{Level, Settings, Sought};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::document::Language;
use crate::rule::{Layer, Profile, ReadingLevel, Role, RuleSet, RuleSource, did_you_mean, pattern_error};
use crate::source::{SourceFile, Span};
use crate::yaml::{find, pieces, read_piece};
use shape::{ConfigFields, OverrideFields, Switch};

/// The name that a configuration file is looked for under.
pub const FILE_NAME: &str = "clauselint.yaml";

/// What the codes of mistakes in it start with.
const KIND: &str = "config";

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// The largest policy that is read, where nothing else is said: hundreds of times as large as the largest published
    /// ones.
    pub const OF_POLICIES: Self = Self(64 << 20);

    /// The units, and how many bytes each has. The largest that a number of comes out whole is shown.
    const UNITS: [(&'static str, u64); 6] =
        [("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000)];

    /// Reads a size: a whole number of bytes, or of a unit, as in `64MiB` or `500 kB`. Nothing if the text is none, or is
    /// 0, which nothing could be read by.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit.trim() {
            "" | "B" => 1,
            unit => Self::UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
        };
        let bytes = number.parse::<u64>().ok()?.checked_mul(unit)?;
        (bytes > 0).then_some(Self(bytes))
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Self::UNITS.iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes)) {
            Some((unit, bytes)) => write!(f, "{} {unit}", self.0 / bytes),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// A configuration file, its shape known to be right.
#[derive(Debug)]
pub struct ConfigFile {
    source: SourceFile,
    include: Vec<PathGlob>,
    exclude: Vec<PathGlob>,
    rule_folders: Vec<(String, Span)>,
    requires_words: bool,
    level: Option<ReadingLevel>,
    stale_after: Option<u16>,
    fail_on: Option<FailOn>,
    max_warnings: Option<usize>,
    max_file_size: Option<Size>,
    base: Choices,
    overrides: Vec<(Vec<PathGlob>, Choices)>,
}

/// What can be chosen for all policies, and anew for some.
#[derive(Debug, Default)]
struct Choices {
    packs: BTreeMap<String, Switch>,
    rules: BTreeMap<String, Switch>,
    profile: BTreeMap<String, Vec<String>>,
    language: Option<String>,
    /// The key of the file that it is written under: the names of `overrides:` are looked for below it.
    under: Option<&'static str>,
}

/// A pattern of paths, relative to the folder of the configuration file, with `/` between folders.
#[derive(Debug)]
pub struct PathGlob {
    /// The pattern as it was written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    matcher: GlobMatcher,
}

impl PathGlob {
    /// Whether it matches a path, which is relative to the folder of the configuration file.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// The folder that all its matches lie below, as far as it is written without signs; empty where it is not.
    pub fn folder(&self) -> &str {
        let plain = self.text.find(['*', '?', '[', '{']).unwrap_or(self.text.len());
        self.text[..plain].rfind('/').map_or("", |end| &self.text[..end])
    }
}

/// Whether a file below a folder is taken for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is included by name.
    Included,
    /// It is left out.
    Excluded,
    /// The configuration does not say: its extension decides.
    Unsaid,
}

/// From which severity on findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// From this one on.
    From(Severity),
    /// Findings don't make a run fail.
    Never,
}

impl FailOn {
    /// The names, as the command line and the configuration write them.
    pub const NAMES: [&'static str; 4] = ["error", "warning", "advice", "never"];

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "never" => Some(Self::Never),
            name => Severity::ALL.into_iter().find(|severity| severity.name() == name).map(Self::From),
        }
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::From(severity) => severity.name(),
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity makes a run fail.
    pub fn includes(self, severity: Severity) -> bool {
        match self {
            Self::From(least) => severity >= least,
            Self::Never => false,
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody chose it.
    Default,
    /// A line of the configuration file, counted from 1.
    File {
        /// The path of the file, as it was given or found.
        path: String,
        /// The line.
        line: usize,
    },
    /// An option of the command line.
    Option(&'static str),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Option(option) => f.write_str(option),
        }
    }
}

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Chosen<T> {
    /// A value that was chosen.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// What holds for one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// How the rules are taken that are not taken as they are, by their places in [`RuleSet::rules`].
    pub levels: BTreeMap<usize, Chosen<Level>>,
    /// What the organisation says of itself: fact, values.
    pub profile: BTreeMap<String, Chosen<BTreeSet<String>>>,
    /// How carefully the policy is read.
    pub level: Chosen<ReadingLevel>,
    /// After how many days the policy is too old, where that is not what the rule says.
    pub stale_after: Chosen<Option<u16>>,
    /// The language that the policy is said to be written in.
    pub language: Chosen<Option<Language>>,
    /// From which severity on findings make a run fail.
    pub fail_on: Chosen<FailOn>,
    /// How many warnings there may be before a run fails.
    pub max_warnings: Chosen<Option<usize>>,
    /// The largest policy that is read.
    pub max_file_size: Chosen<Size>,
}

impl Default for Resolved {
    fn default() -> Self {
        Self {
            levels: BTreeMap::new(),
            profile: BTreeMap::new(),
            level: Chosen::new(ReadingLevel::Normal, Origin::Default),
            stale_after: Chosen::new(None, Origin::Default),
            language: Chosen::new(None, Origin::Default),
            fail_on: Chosen::new(FailOn::From(Severity::Error), Origin::Default),
            max_warnings: Chosen::new(None, Origin::Default),
            max_file_size: Chosen::new(Size::OF_POLICIES, Origin::Default),
        }
    }
}

impl Resolved {
    /// Chooses how rules are taken.
    pub fn set_levels(&mut self, rules: impl IntoIterator<Item = usize>, level: Level, origin: &Origin) {
        self.levels.extend(rules.into_iter().map(|rule| (rule, Chosen::new(level, origin.clone()))));
    }

    /// Turns the rules off that the level leaves out and that nothing else chose, being selected included.
    pub fn apply_level(&mut self, rules: &RuleSet, selected: &[usize]) {
        for (idx, rule) in rules.rules().iter().enumerate() {
            if rule.level > self.level.value && !selected.contains(&idx) {
                self.levels.entry(idx).or_insert_with(|| Chosen::new(Level::Off, self.level.origin.clone()));
            }
        }
    }

    /// Chooses a fact, in place of what was said of it before.
    pub fn set_fact(&mut self, fact: &str, values: impl IntoIterator<Item = String>, origin: Origin) {
        self.profile.insert(fact.to_owned(), Chosen::new(values.into_iter().collect(), origin));
    }

    /// What a check is to be told; `known` are the facts of the rules.
    pub fn settings(&self, rules: &RuleSet, today: time::Date) -> Settings {
        let mut profile = Profile::default();
        for (fact, values) in &self.profile {
            for value in &values.value {
                let stated = profile.state(fact, value, rules.facts());
                debug_assert!(stated.is_ok(), "internal: an unknown fact was let through: {stated:?}");
            }
        }
        let levels = self.levels.iter().map(|(rule, level)| (*rule, level.value)).collect();
        Settings { profile, levels, today: Some(today), stale_after: self.stale_after.value, sought: Sought::Enough }
    }
}

/// The rules that a name stands for: a rule's id, a pack, or the start of ids with a `*` after it.
pub fn select(name: &str, rules: &RuleSet) -> Result<Vec<usize>, String> {
    let fits = |id: &str, pack: &str| match name.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => id == name || pack == name,
    };
    let all = rules.rules();
    let found: Vec<usize> = (0..all.len()).filter(|rule| fits(all[*rule].id.as_str(), all[*rule].id.pack())).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let ids = all.iter().map(|rule| rule.id.as_str());
    let known = ids.chain(all.iter().map(|rule| rule.id.pack()));
    Err(match did_you_mean(name, known) {
        Some(meant) => format!("there is no rule or pack `{name}`; did you mean `{meant}`?"),
        None => format!("there is no rule or pack `{name}`; `clauselint rules` lists all"),
    })
}

/// The language that a policy is said to be written in; nothing for `auto`.
pub fn language(code: &str, rules: &RuleSet) -> Result<Option<Language>, String> {
    match Language::with_code(code) {
        _ if code == "auto" => Ok(None),
        Some(language) if rules.in_language(code).is_some() => Ok(Some(language)),
        _ => {
            let known = std::iter::once("auto").chain(rules.reads()).collect::<Vec<_>>().join(", ");
            Err(format!("the rules don't read the language `{code}`; there are: {known}"))
        }
    }
}

impl ConfigFile {
    /// Reads a file. All its mistakes that can be seen without the rules come back together.
    pub fn read(source: SourceFile) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mut fields = ConfigFields::default();
        for piece in pieces(&source, KIND, &mut problems) {
            macro_rules! set {
                ($field:expr) => {
                    read_piece(&piece, &source, KIND, &mut $field)
                };
            }
            let done = match piece.key {
                "include" => set!(fields.include),
                "exclude" => set!(fields.exclude),
                "rule-folders" => set!(fields.rule_folders),
                "required-vocabulary" => set!(fields.required_vocabulary),
                "packs" => set!(fields.packs),
                "rules" => set!(fields.rules),
                "profile" => set!(fields.profile),
                "language" => set!(fields.language),
                "level" => set!(fields.level),
                "stale-after" => set!(fields.stale_after),
                "fail-on" => set!(fields.fail_on),
                "max-warnings" => set!(fields.max_warnings),
                "max-file-size" => set!(fields.max_file_size),
                "overrides" => set!(fields.overrides),
                _ => Err(vec![piece.unknown_key(&source, KIND, "a configuration file", &shape::KEYS)]),
            };
            problems.extend(done.err().into_iter().flatten());
        }
        let include = globs(&source, "include", &fields.include, &mut problems);
        let exclude = globs(&source, "exclude", &fields.exclude, &mut problems);
        let overrides = fields
            .overrides
            .into_iter()
            .map(|fields| {
                let paths = globs(&source, "overrides", &fields.paths, &mut problems);
                (paths, Choices::from(fields))
            })
            .collect();
        for (name, patterns) in &fields.required_vocabulary {
            for (text, error) in patterns.iter().filter_map(|pattern| Some((pattern, pattern_error(pattern)?))) {
                let label = Label::new(source.span(find(&source, "required-vocabulary", text)), "here");
                problems.push(Diagnostic::error("config/pattern", error.message, label));
            }
            let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            if !is_name || !name.starts_with(|c: char| c.is_ascii_lowercase()) || patterns.is_empty() {
                let label = Label::new(source.span(find(&source, "required-vocabulary", name)), "here");
                let message = "expected a name in lower-case letters, digits and hyphens, and a list of phrases";
                problems.push(Diagnostic::error("config/required-vocabulary", message, label));
            }
        }
        let max_file_size = fields.max_file_size.and_then(|size| {
            let text = size.text();
            let parsed = Size::parse(&text);
            if parsed.is_none() {
                let label = Label::new(source.span(find(&source, "max-file-size", &text)), "here");
                let message = "expected a number of bytes, or of kB, KiB, MB, MiB, GB or GiB, as in `64MiB`";
                problems.push(Diagnostic::error("config/max-file-size", message, label));
            }
            parsed
        });
        let folder = |text: String| {
            let span = source.span(find(&source, "rule-folders", &text));
            (text, span)
        };
        let rule_folders = fields.rule_folders.into_iter().map(folder).collect();
        let base = Choices {
            packs: fields.packs,
            rules: fields.rules,
            profile: fields.profile.into_iter().map(|(fact, values)| (fact, values.into_vec())).collect(),
            language: fields.language,
            under: None,
        };
        let config = Self {
            include,
            exclude,
            rule_folders,
            requires_words: !fields.required_vocabulary.is_empty(),
            level: fields.level.map(ReadingLevel::from),
            stale_after: fields.stale_after,
            fail_on: fields.fail_on.map(FailOn::from),
            max_warnings: fields.max_warnings,
            max_file_size,
            base,
            overrides,
            source,
        };
        (config, problems)
    }

    /// The file.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// The folders of rules that it adds, relative to its own folder, each with the place where it stands.
    pub fn rule_folders(&self) -> impl Iterator<Item = (&str, Span)> {
        self.rule_folders.iter().map(|(folder, span)| (folder.as_str(), *span))
    }

    /// All its patterns of paths.
    pub fn globs(&self) -> impl Iterator<Item = &PathGlob> {
        let overrides = self.overrides.iter().flat_map(|(paths, _)| paths);
        self.include.iter().chain(&self.exclude).chain(overrides)
    }

    /// A mistake: a pattern of paths that matches no file below the folder of the configuration.
    pub fn dead(&self, glob: &PathGlob) -> Diagnostic {
        let message = format!("no file matches `{}`", glob.text);
        let help = "paths are relative to the folder of this file; `*` stays within a folder name, `**/` is any folder";
        Diagnostic::error("config/glob", message, Label::new(glob.span, "matches nothing")).with_help(help)
    }

    /// Whether a file below a folder is taken for a policy; the path is relative to the folder of the configuration.
    pub fn choice(&self, path: &str) -> Choice {
        let matches = |globs: &[PathGlob]| globs.iter().any(|glob| glob.matches(path));
        if matches(&self.exclude) {
            Choice::Excluded
        } else if self.include.is_empty() {
            Choice::Unsaid
        } else if matches(&self.include) {
            Choice::Included
        } else {
            Choice::Excluded
        }
    }

    /// The words that the policies must use, which are rules: `required/NAME`.
    pub fn required(&self) -> Vec<RuleSource> {
        let source = || RuleSource {
            source: self.source.clone(),
            role: Role::Required,
            layer: Layer::User,
            language: None,
            compact: None,
        };
        self.requires_words.then(source).into_iter().collect()
    }

    /// What it names that the rules don't have, with the line of each.
    pub fn problems(&self, rules: &RuleSet) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let all = self.overrides.iter().map(|(_, choices)| choices);
        for choices in std::iter::once(&self.base).chain(all) {
            let mut problem = |key: &'static str, code: &str, text: &str, message: String| {
                let span = self.source.span(find(&self.source, choices.under.unwrap_or(key), text));
                problems.push(Diagnostic::error(code, message, Label::new(span, "here")));
            };
            for pack in choices.packs.keys().take(MOST_MISTAKES) {
                let mut packs = rules.rules().iter().map(|rule| rule.id.pack());
                if !packs.clone().any(|known| known == pack) {
                    let meant = did_you_mean(pack, packs.clone()).map(|meant| format!("did you mean `{meant}`?"));
                    let all: BTreeSet<&str> = packs.by_ref().collect();
                    let all = all.into_iter().collect::<Vec<_>>().join(", ");
                    let help = meant.unwrap_or_else(|| format!("there are: {all}"));
                    problem("packs", "config/pack", pack, format!("there is no pack `{pack}`; {help}"));
                }
            }
            let wrong = choices.rules.keys().filter_map(|name| Some((name, select(name, rules).err()?)));
            for (name, message) in wrong.take(MOST_MISTAKES) {
                problem("rules", "config/rule", name, message);
            }
            if let Some(Err(message)) = choices.language.as_ref().map(|code| language(code, rules)) {
                problem("language", "config/language", choices.language.as_deref().unwrap_or_default(), message);
            }
            for (fact, values) in choices.profile.iter().take(MOST_MISTAKES) {
                let mut profile = Profile::default();
                for value in values.iter().take(MOST_MISTAKES) {
                    if let Err(error) = profile.state(fact, value, rules.facts()) {
                        problem("profile", "config/profile", fact, error.to_string());
                    }
                }
            }
        }
        problems
    }

    /// Applies what it says about a policy; the path is relative to the folder of the configuration.
    pub fn apply(&self, path: &str, rules: &RuleSet, resolved: &mut Resolved) {
        if let Some(level) = self.level {
            resolved.level = Chosen::new(level, self.origin("level", ""));
        }
        if let Some(days) = self.stale_after {
            resolved.stale_after = Chosen::new(Some(days), self.origin("stale-after", ""));
        }
        if let Some(fail_on) = self.fail_on {
            resolved.fail_on = Chosen::new(fail_on, self.origin("fail-on", ""));
        }
        if let Some(most) = self.max_warnings {
            resolved.max_warnings = Chosen::new(Some(most), self.origin("max-warnings", ""));
        }
        if let Some(most) = self.max_file_size {
            resolved.max_file_size = Chosen::new(most, self.origin("max-file-size", ""));
        }
        self.choose(&self.base, rules, resolved);
        for (paths, choices) in &self.overrides {
            if paths.iter().any(|glob| glob.matches(path)) {
                self.choose(choices, rules, resolved);
            }
        }
    }

    fn choose(&self, choices: &Choices, rules: &RuleSet, resolved: &mut Resolved) {
        let origin = |key: &'static str, text: &str| self.origin(choices.under.unwrap_or(key), text);
        for (pack, switch) in &choices.packs {
            let of_pack = rules.rules().iter().enumerate().filter(|(_, rule)| rule.id.pack() == pack);
            let of_pack: Vec<usize> = of_pack.map(|(idx, _)| idx).collect();
            turn(&of_pack, *switch, rules, resolved, &origin("packs", pack));
        }
        for (name, switch) in &choices.rules {
            turn(&select(name, rules).unwrap_or_default(), *switch, rules, resolved, &origin("rules", name));
        }
        for (fact, values) in &choices.profile {
            resolved.set_fact(fact, values.iter().cloned(), origin("profile", fact));
        }
        if let Some(language) = &choices.language {
            resolved.language = Chosen::new(Language::with_code(language), origin("language", ""));
        }
    }

    fn origin(&self, key: &'static str, text: &str) -> Origin {
        let at = find(&self.source, key, text);
        Origin::File { path: self.source.name().to_owned(), line: self.source.line_at(at.start) + 1 }
    }
}

/// Turns rules on, off, or to a severity.
fn turn(of: &[usize], switch: Switch, rules: &RuleSet, resolved: &mut Resolved, origin: &Origin) {
    for rule in of {
        let level = match switch {
            Switch::Off => Level::Off,
            Switch::On => Level::At(rules.rules()[*rule].severity),
            Switch::Error => Level::At(Severity::Error),
            Switch::Warning => Level::At(Severity::Warning),
            Switch::Advice => Level::At(Severity::Advice),
        };
        resolved.set_levels([*rule], level, origin);
    }
}

impl From<OverrideFields> for Choices {
    fn from(fields: OverrideFields) -> Self {
        Self {
            packs: fields.packs,
            rules: fields.rules,
            profile: fields.profile.into_iter().map(|(fact, values)| (fact, values.into_vec())).collect(),
            language: fields.language,
            under: Some("overrides"),
        }
    }
}

/// The most patterns of paths under one key: each is compiled, and held against the files of a folder.
const MOST_GLOBS: usize = 1000;

/// The most mistakes of one file that are looked for: for each the known names are searched for what was meant.
const MOST_MISTAKES: usize = 100;

fn globs(source: &SourceFile, key: &str, texts: &[String], problems: &mut Vec<Diagnostic>) -> Vec<PathGlob> {
    let mut globs = Vec::new();
    if texts.len() > MOST_GLOBS {
        let message = format!("there are {} patterns of paths; there may be {MOST_GLOBS}", texts.len());
        let label = Label::new(source.span(find(source, key, "")), "here");
        problems.push(Diagnostic::error("config/glob", message, label).with_help("name folders: `legal/**`"));
    }
    for text in texts.iter().take(MOST_GLOBS) {
        let span = source.span(find(source, key, text));
        match GlobBuilder::new(text).literal_separator(true).build() {
            Ok(glob) => globs.push(PathGlob { text: text.clone(), span, matcher: glob.compile_matcher() }),
            Err(error) => {
                let message = format!("`{text}` is no pattern of paths: {}", error.kind());
                problems.push(Diagnostic::error("config/glob", message, Label::new(span, "here")));
            }
        }
    }
    globs
}
