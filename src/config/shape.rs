//! The YAML shape of a configuration file, as serde reads it and as the JSON Schema shows it.

use std::collections::BTreeMap;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use super::FailOn;
use crate::diagnostic::Severity;
use crate::rule::ReadingLevel;
use crate::yaml::OneOrMore;

/// A configuration file of clauselint.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConfigFields {
    /// Patterns of paths, relative to this file's folder: below a folder, only files that match one are policies. Without
    /// it, files are told by their extensions.
    pub(super) include: Vec<String>,
    /// Patterns of paths, relative to this file's folder, of files that are no policies.
    pub(super) exclude: Vec<String>,
    /// Folders of rules to add, relative to this file's folder.
    pub(super) rule_folders: Vec<String>,
    /// Words that every policy must use: a name, and phrases one of which has to be found.
    pub(super) required_vocabulary: BTreeMap<String, Vec<String>>,
    /// Packs of rules by their names.
    pub(super) packs: BTreeMap<String, Switch>,
    /// Rules by their ids; `gdpr/right-*` stands for all whose ids start so.
    pub(super) rules: BTreeMap<String, Switch>,
    /// What the organisation says of itself; `clauselint rules --profile` lists the facts.
    pub(super) profile: BTreeMap<String, OneOrMore>,
    /// The language of the policies (ISO 639 code, as `en`), or `auto`, where it is told by looking.
    pub(super) language: Option<String>,
    /// How carefully policies are read; `normal` where nothing is said.
    pub(super) level: Option<LevelName>,
    /// After how many days a policy is too old, in place of what the rule says.
    pub(super) stale_after: Option<u16>,
    /// From which severity on findings make a run fail; `error` where nothing is said.
    pub(super) fail_on: Option<FailOnName>,
    /// How many warnings there may be before a run fails.
    pub(super) max_warnings: Option<usize>,
    /// The largest policy that is read, in bytes, or in a unit, as in `64MiB`, which it is where nothing is said.
    pub(super) max_file_size: Option<SizeField>,
    /// What is different for some policies; of two that match one policy, the later counts.
    pub(super) overrides: Vec<OverrideFields>,
}

pub(super) const KEYS: [&str; 14] = [
    "include",
    "exclude",
    "rule-folders",
    "required-vocabulary",
    "packs",
    "rules",
    "profile",
    "language",
    "level",
    "stale-after",
    "fail-on",
    "max-warnings",
    "max-file-size",
    "overrides",
];

/// What is different for some policies.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `paths:` and what holds for them")]
pub(super) struct OverrideFields {
    /// Patterns of paths, relative to this file's folder.
    pub(super) paths: Vec<String>,
    /// Packs of rules by their names.
    #[serde(default)]
    pub(super) packs: BTreeMap<String, Switch>,
    /// Rules by their ids; `gdpr/right-*` stands for all whose ids start so.
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Switch>,
    /// What the organisation says of itself.
    #[serde(default)]
    pub(super) profile: BTreeMap<String, OneOrMore>,
    /// The language of the policies (ISO 639 code, as `en`), or `auto`.
    #[serde(default)]
    pub(super) language: Option<String>,
}

/// A number of bytes, or a text that has a unit.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(super) enum SizeField {
    Bytes(u64),
    Text(String),
}

impl<'de> Deserialize<'de> for SizeField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = SizeField;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a number of bytes, or a size as in `64MiB`")
    }

    fn visit_u64<E: serde::de::Error>(self, bytes: u64) -> Result<SizeField, E> {
        Ok(SizeField::Bytes(bytes))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SizeField, E> {
        Ok(SizeField::Text(text.to_owned()))
    }
}

impl SizeField {
    /// As it was written.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Bytes(bytes) => bytes.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// How a rule is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Switch {
    /// Not at all.
    Off,
    /// As bad as the rule says.
    On,
    /// As an error.
    Error,
    /// As a warning.
    Warning,
    /// As advice.
    Advice,
}

/// How carefully policies are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum LevelName {
    /// Errors and warnings.
    Gate,
    /// And advice.
    Normal,
    /// And what a careful editor wants to be told besides.
    Careful,
}

impl From<LevelName> for ReadingLevel {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Gate => Self::Gate,
            LevelName::Normal => Self::Normal,
            LevelName::Careful => Self::Careful,
        }
    }
}

/// From which severity on findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOnName {
    Error,
    Warning,
    Advice,
    /// Findings don't make a run fail.
    Never,
}

impl From<FailOnName> for FailOn {
    fn from(name: FailOnName) -> Self {
        match name {
            FailOnName::Error => Self::From(Severity::Error),
            FailOnName::Warning => Self::From(Severity::Warning),
            FailOnName::Advice => Self::From(Severity::Advice),
            FailOnName::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema that is kept in the repository is the one that the types give. `UPDATE_SCHEMAS=1` writes it.
    #[test]
    fn the_schema_of_configuration_files_is_kept_up() {
        crate::yaml::check_schema("config.schema.json", &schemars::schema_for!(ConfigFields));
    }

    #[test]
    fn every_key_of_the_shape_is_read() {
        let schema = serde_json::to_value(schemars::schema_for!(ConfigFields)).unwrap();
        let mut keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = KEYS.to_vec();
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
    }
}
