//! Finds tools by what they do: BM25 over name, resource, tags, description and argument names.
//!
//! For servers with more tools than a model's context should hold. Pure and exact: the same query over the same tools
//! gives the same order, whatever else is running.
//!
//! Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: words
//! of all fields count together, each weighted by its field and the field's length.

mod words;

use std::collections::HashMap;
use std::sync::Arc;

use crate::tool::Tool;
use words::{Vocabulary, WordId, asked, is_name_character};

/// Tools made ready to be searched.
#[derive(Debug)]
pub struct Index {
    words: Vocabulary,
    /// Which tools a word finds, and what it counts there; by [`WordId`].
    postings: Vec<Vec<Posting>>,
    names: HashMap<String, usize>,
    tools: usize,
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// The places of the best ones in the list that the index was made from, best first; equally good ones in the order of
    /// the list.
    pub positions: Vec<usize>,
    /// How many tools have a word of the query.
    pub total: usize,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    position: usize,
    score: f32,
}

/// How soon a word that occurs again adds nothing more (k1 in the literature).
const SATURATION: f32 = 1.2;
/// For a query that holds a tool's whole name: more than all words together can count.
const WHOLE_NAME: f32 = 1_000_000.0;

/// What a word counts in a field, and how much less in a long one (b in the literature).
struct Field {
    weight: f32,
    length_matters: f32,
}

/// In the order in which [`texts`] gives them. Names and tags say what a tool is; a description also says what it is not.
const FIELDS: [Field; 6] = [
    Field { weight: 2.5, length_matters: 0.3 }, // name
    Field { weight: 2.0, length_matters: 0.3 }, // resource
    Field { weight: 1.5, length_matters: 0.3 }, // tags
    Field { weight: 1.0, length_matters: 0.6 }, // title and description
    Field { weight: 0.8, length_matters: 0.6 }, // argument names
    Field { weight: 1.5, length_matters: 0.0 }, // other words for the method
];

impl Index {
    /// Reads all texts of `tools` once.
    pub fn new(tools: &[Arc<Tool>]) -> Self {
        let mut words = Vocabulary::default();
        let read: Vec<[Vec<WordId>; FIELDS.len()]> = tools.iter().map(|tool| texts(tool).map(|text| words.read(&text))).collect();
        let mean_lengths: [f32; FIELDS.len()] = std::array::from_fn(|field| {
            let all: usize = read.iter().map(|fields| fields[field].len()).sum();
            (all as f32 / tools.len().max(1) as f32).max(1.0)
        });
        let mut postings: Vec<Vec<Posting>> = vec![Vec::new(); words.len()];
        for (position, fields) in read.iter().enumerate() {
            for ((ids, field), mean) in fields.iter().zip(&FIELDS).zip(mean_lengths) {
                let shortness = 1.0 - field.length_matters + field.length_matters * ids.len() as f32 / mean;
                for id in ids {
                    let found = &mut postings[*id];
                    if found.last().is_none_or(|last| last.position != position) {
                        found.push(Posting { position, score: 0.0 });
                    }
                    // Until all fields are read, how often the word occurs.
                    if let Some(posting) = found.last_mut() {
                        posting.score += field.weight / shortness;
                    }
                }
            }
        }
        for found in &mut postings {
            let rarity = rarity(found.len(), tools.len());
            found.iter_mut().for_each(|posting| posting.score = rarity * posting.score / (SATURATION + posting.score));
        }
        let names = tools.iter().enumerate().map(|(position, tool)| (tool.name.clone(), position)).collect();
        Self { words, postings, names, tools: tools.len() }
    }

    /// The tools that have a word of `query`, the `limit` best ones first. A tool whose name the query holds comes before
    /// all others.
    pub fn search(&self, query: &str, limit: usize) -> Matches {
        let mut scores = vec![0.0_f32; self.tools];
        let (telling, noise) = asked(query);
        // What a question just has counts only if nothing else is found: `me` may be the name of a resource.
        if !self.score(&telling, &mut scores) {
            self.score(&noise, &mut scores);
        }
        for word in query.split(|character| !is_name_character(character)) {
            // A single word may be the name of a tool by accident, unless it is all that was asked for.
            if (word.contains('_') || word == query.trim())
                && let Some(position) = self.names.get(word)
            {
                scores[*position] += WHOLE_NAME;
            }
        }
        let mut found: Vec<(usize, f32)> = scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        let total = found.len();
        // Stable, so that equally good ones keep the order of the list.
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        Matches { positions: found.into_iter().take(limit).map(|(position, _)| position).collect(), total }
    }

    /// Adds what `words` count; whether they found anything.
    fn score(&self, words: &[String], scores: &mut [f32]) -> bool {
        let mut found = false;
        for posting in words.iter().filter_map(|word| self.postings.get(self.words.id(word)?)).flatten() {
            scores[posting.position] += posting.score;
            found = true;
        }
        found
    }
}

/// What a tool is found by, in the order of [`FIELDS`].
fn texts(tool: &Tool) -> [String; FIELDS.len()] {
    let arguments: Vec<&str> = tool.properties().keys().map(String::as_str).collect();
    [
        tool.name.clone(),
        tool.resource.clone(),
        tool.tags.join(" "),
        format!("{} {}", tool.annotations.title, tool.description),
        arguments.join(" "),
        words::said_instead_of(&tool.method).to_owned(),
    ]
}

/// What a word counts that `found` of `all` tools have: the fewer, the more, and never less than nothing.
fn rarity(found: usize, all: usize) -> f32 {
    let (found, all) = (found as f32, all as f32);
    (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
}
