//! Counts tokens: a JSON array of texts on standard input, a JSON array of their numbers of cl100k tokens on standard output.
//!
//! The ranks of cl100k are part of the crate that does it, so nothing is fetched when it runs.

use std::error::Error;
use std::io;

use tiktoken_rs::cl100k_base;

fn main() -> Result<(), Box<dyn Error>> {
    let texts: Vec<String> = serde_json::from_reader(io::stdin())?;
    let tokenizer = cl100k_base()?;
    let counts: Vec<usize> = texts.iter().map(|text| tokenizer.encode_ordinary(text).len()).collect();
    println!("{}", serde_json::to_string(&counts)?);
    Ok(())
}
