//! Policies as other programs hand them over: a JSON object each, on a line of its own (JSON Lines).

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use crate::config::Size;
use crate::document::Format;

/// What is expected of a line.
const EXPECTED: &str = "expected an object with `id` and either `text` or `base64`";

/// A policy, as a line gives it: `{"id": "...", "format": "markdown", "text": "..."}`, or `base64` for `text`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record<'l> {
    #[serde(borrow)]
    id: Cow<'l, str>,
    #[serde(default)]
    format: Option<RecordFormat>,
    #[serde(borrow, default)]
    text: Option<Cow<'l, str>>,
    /// The bytes of a file, in whatever encoding they are.
    #[serde(borrow, default)]
    base64: Option<Cow<'l, str>>,
}

/// An object that has an id, whatever else it has.
#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RecordFormat {
    Markdown,
    Html,
    Plain,
}

impl From<RecordFormat> for Format {
    fn from(format: RecordFormat) -> Self {
        match format {
            RecordFormat::Markdown => Self::Markdown,
            RecordFormat::Html => Self::Html,
            RecordFormat::Plain => Self::Plain,
        }
    }
}

/// Why a line can't be answered as a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the line calls its policy, where it says so.
    pub id: Option<String>,
    /// What was expected, and what is there instead, with its column in bytes, counted from 1.
    pub expected: String,
}

impl<'l> Record<'l> {
    /// Reads a line without its end.
    pub fn read(line: &'l [u8]) -> Result<Self, Refusal> {
        // A list of the values would do for serde.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(Refusal { id: None, expected: format!("{EXPECTED}: it is no object") });
        }
        serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            // It counts from the start of what it was given, which is one line.
            let (mistake, place) = error.rsplit_once(" at line 1 column ").unwrap_or((&error, "1"));
            // Whoever asked knows its policy by the id, which may be right where all else is wrong.
            let id = serde_json::from_slice(line).ok().map(|Named { id }| id);
            Refusal { id, expected: format!("{EXPECTED}: {mistake} (column {place})") }
        })
    }

    /// What the answer names it by; its extension, if it has one, tells the format where nothing else does.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The format that is said.
    pub fn format(&self) -> Option<Format> {
        self.format.map(Format::from)
    }

    /// The bytes of the policy, of which there may be so many.
    pub fn content(&self, most: Size) -> Result<Cow<'_, [u8]>, Refusal> {
        let content = self.bytes()?;
        match u64::try_from(content.len()).is_ok_and(|length| length <= most.0) {
            true => Ok(content),
            false => Err(self.refused(format!("expected a policy of at most {most}: it has {} bytes", content.len()))),
        }
    }

    fn refused(&self, expected: String) -> Refusal {
        Refusal { id: Some(self.id.clone().into_owned()), expected }
    }

    fn bytes(&self) -> Result<Cow<'_, [u8]>, Refusal> {
        let refused = |expected| self.refused(expected);
        match (&self.text, &self.base64) {
            (Some(text), None) => Ok(Cow::Borrowed(text.as_bytes())),
            (None, Some(encoded)) => {
                let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
                let decoded = GeneralPurpose::new(&STANDARD, config).decode(encoded.as_bytes());
                decoded.map(Cow::Owned).map_err(|error| refused(format!("expected base64 in `base64`: {error}")))
            }
            (Some(_), Some(_)) => Err(refused(format!("{EXPECTED}: both are there"))),
            (None, None) => Err(refused(format!("{EXPECTED}: neither is there"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The format and bytes of a line.
    fn read(line: &str) -> Result<(Option<Format>, Vec<u8>), Refusal> {
        let record = Record::read(line.as_bytes())?;
        let content = record.content(Size(20))?.into_owned();
        Ok((record.format(), content))
    }

    #[test]
    fn a_policy_is_text_or_base64() {
        let policy = "# Privacy\n";
        assert_eq!(read(r##"{"id": "a", "text": "# Privacy\n"}"##).unwrap(), (None, policy.into()));
        let html = r#"{"id": "a", "format": "html", "base64": "IyBQcml2YWN5Cg"}"#;
        assert_eq!(read(html).unwrap(), (Some(Format::Html), policy.into()), "padding may be left out");
    }

    #[test]
    fn a_refusal_says_what_was_expected() {
        let refusal = |line: &str| read(line).unwrap_err();
        let both = refusal(r#"{"id": "a", "text": "", "base64": ""}"#);
        assert_eq!((both.id.as_deref(), both.expected.ends_with("both are there")), (Some("a"), true), "{both:?}");
        assert!(refusal(r#"{"id": "a"}"#).expected.ends_with("neither is there"));
        assert!(refusal(r#"["a"]"#).expected.ends_with("it is no object"));
        let unknown = refusal(r#"{"id": "a", "txt": ""}"#);
        assert!(unknown.expected.contains("`txt`") && unknown.expected.ends_with("(column 17)"), "{unknown:?}");
        assert_eq!(unknown.id.as_deref(), Some("a"));
        assert_eq!(refusal(r#"{"txt": {"id": "inner"}, "id": 7}"#).id, None);
        let long = refusal(r#"{"id": "a", "text": "twenty-one characters"}"#);
        assert_eq!(long.expected, "expected a policy of at most 20 bytes: it has 21 bytes");
        assert!(refusal(r#"{"id": "a", "base64": "*"}"#).expected.starts_with("expected base64"));
    }
}
