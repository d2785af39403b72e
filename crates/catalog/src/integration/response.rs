//! Answers: where their interesting parts are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the interesting parts of an answer are. Paths are dotted, e.g. `pagination.after`; absent = the whole answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// How the answer is written.
    #[serde(default, skip_serializing_if = "AnswerFormat::is_json")]
    pub format: AnswerFormat,
    /// The array of records in a `list` answer. A single object counts as one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The number of all records, for `page` and `offset` pagination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// The part of any other answer that is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Replaces the usual limit of 100,000 characters on what a tool answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_characters: Option<usize>,
    /// What a redirect means; without this it is a refusal, like any answer that is no success. Redirects are never followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<RedirectMeaning>,
    /// Facts about a successful answer that an agent must not miss, e.g. that the vendor left something out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<AnswerNote>,
    /// Files that the answer holds as base64, e.g. attachments: they are taken out of the text and given beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileInAnswer>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFormat {
    /// One JSON document, or anything that is passed on as it is.
    #[default]
    Json,
    /// A list with a record in each line (`application/x-ndjson`, `application/jsonl`).
    JsonLines,
}

impl AnswerFormat {
    fn is_json(&self) -> bool {
        *self == Self::Json
    }
}

/// What it means that the vendor answers 3xx with a `Location`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedirectMeaning {
    /// Success: the whole `Location` is the answer, e.g. a link for downloading, as `{"location": "…"}`.
    Location,
}

/// A fact about certain answers: it is given beside what the vendor says, as `note`.
///
/// Expression and template see `status`, `headers` (names in lower case), `body` (undefined where it is no JSON) and `arguments` (what the tool was
/// called with).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerNote {
    /// Expression that holds for the answers that are meant, e.g. `headers["x-truncated"] == "true"`.
    pub when: String,
    /// Template of what is to be known, e.g. `Only the newest 1,000 orders are here.`
    pub text: String,
}

/// Where an answer holds files as base64, and what they are: at least one of `media_type` and `media_type_at`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileInAnswer {
    /// Dotted path of the base64 text in what is passed on, of a list in each record; `[]` stands for every item of a list,
    /// e.g. `attachments[].content`.
    pub at: String,
    /// Media type of the file where the answer does not name one, e.g. `application/pdf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Dotted path of the file's media type, from the item that the last `[]` of `at` stands for, e.g. `content_type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type_at: Option<String>,
    /// Dotted path of the file's name, from the same item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_at: Option<String>,
}
