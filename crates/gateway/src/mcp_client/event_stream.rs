//! Reads `text/event-stream` as it arrives, in pieces of any size.
//!
//! Source: WHATWG HTML, "Server-sent events", 9.2.5 and 9.2.6.

use std::collections::VecDeque;
use std::time::Duration;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// `message` where the stream names none.
    pub(crate) name: String,
    pub(crate) data: String,
}

/// An event is longer than the reader was told to hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The state between two pieces.
#[derive(Debug)]
pub(crate) struct Parser {
    longest: usize,
    line: Vec<u8>,
    /// The last byte was a carriage return, so a line feed that follows belongs to it.
    after_return: bool,
    first_line: bool,
    name: String,
    data: Option<String>,
    id: Option<String>,
    /// The id of the last event that was complete: where to continue (`Last-Event-ID`).
    pub(crate) last_id: Option<String>,
    /// How long the server asks to wait before connecting again.
    pub(crate) retry: Option<Duration>,
}

impl Parser {
    /// `longest`: how many bytes an event may have before [`TooLong`].
    pub(crate) fn new(longest: usize) -> Self {
        Self {
            longest,
            line: Vec::new(),
            after_return: false,
            first_line: true,
            name: String::new(),
            data: None,
            id: None,
            last_id: None,
            retry: None,
        }
    }

    /// Reads the next piece and appends the events it completes.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], events: &mut VecDeque<Event>) -> Result<(), TooLong> {
        loop {
            if self.after_return && !bytes.is_empty() {
                self.after_return = false;
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.line.extend_from_slice(bytes);
                return self.check_length();
            };
            self.line.extend_from_slice(&bytes[..end]);
            self.check_length()?;
            self.after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            events.extend(self.end_line(&line));
        }
    }

    fn check_length(&self) -> Result<(), TooLong> {
        let held = self.line.len() + self.name.len() + self.data.as_ref().map_or(0, String::len);
        if held > self.longest { Err(TooLong) } else { Ok(()) }
    }

    fn end_line(&mut self, mut line: &[u8]) -> Option<Event> {
        if std::mem::take(&mut self.first_line) {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        if line.is_empty() {
            self.last_id.clone_from(&self.id);
            let name = std::mem::take(&mut self.name);
            let data = self.data.take()?;
            return Some(Event { name: if name.is_empty() { "message".to_owned() } else { name }, data });
        }
        let text = String::from_utf8_lossy(line);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                None => self.data = Some(value.to_owned()),
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
            },
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments (an empty field name) and fields that the standard does not know.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Event, Parser, TooLong};

    fn read(text: &str) -> Vec<(String, String)> {
        let (events, _) = read_pieces(&[text.as_bytes()]);
        events
    }

    fn read_pieces(pieces: &[&[u8]]) -> (Vec<(String, String)>, Parser) {
        let mut parser = Parser::new(1024 * 1024);
        let mut events = VecDeque::new();
        for piece in pieces {
            parser.feed(piece, &mut events).unwrap();
        }
        (events.into_iter().map(|Event { name, data }| (name, data)).collect(), parser)
    }

    fn message(data: &str) -> (String, String) {
        ("message".into(), data.into())
    }

    #[test]
    fn lines_end_in_any_of_three_ways() {
        for text in ["data: a\ndata:b\n\n", "data: a\rdata:b\r\r", "data: a\r\ndata:b\r\n\r\n"] {
            assert_eq!(read(text), [message("a\nb")], "{text:?}");
        }
    }

    #[test]
    fn comments_unknown_fields_and_a_byte_order_mark_say_nothing() {
        assert_eq!(read("\u{feff}: keep-alive\n\nfoo: bar\ndata: a\n\n"), [message("a")]);
    }

    #[test]
    fn an_event_may_have_a_name_and_no_data() {
        assert_eq!(read("event: endpoint\ndata: /x\n\n"), [("endpoint".into(), "/x".into())]);
        assert_eq!(read("event: endpoint\n\ndata: a\n\n"), [message("a")]);
        assert_eq!(read("data\n\n"), [message("")]);
    }

    #[test]
    fn what_the_stream_ends_in_is_no_event() {
        assert_eq!(read("data: a\n\ndata: b\n"), [message("a")]);
    }

    #[test]
    fn only_one_space_belongs_to_the_syntax() {
        assert_eq!(read("data:  a \n\n"), [message(" a ")]);
    }

    #[test]
    fn ids_and_the_time_to_wait_are_remembered() {
        let (_, parser) = read_pieces(&[b"id: 7\nretry: 1500\ndata: a\n\nid: 8\nretry: soon\n"]);
        assert_eq!(parser.last_id.as_deref(), Some("7"));
        assert_eq!(parser.retry, Some(Duration::from_millis(1500)));
        let (_, parser) = read_pieces(&[b"id: 7\n\nid\n\n"]);
        assert_eq!(parser.last_id.as_deref(), Some(""));
        assert_eq!(read_pieces(&[b"id: 7\n\nid: 8\0\n\n"]).1.last_id.as_deref(), Some("7"));
    }

    #[test]
    fn an_endless_event_is_given_up() {
        for endless in ["data: aaaa\n", "aaaaaaaa", "event: a\ndata: a\n"] {
            let mut parser = Parser::new(100);
            let mut events = VecDeque::new();
            let outcome = (0..100).try_for_each(|_| parser.feed(endless.as_bytes(), &mut events));
            assert_eq!(outcome, Err(TooLong), "{endless:?}");
        }
    }

    proptest! {
        #[test]
        fn data_comes_back_as_it_was_sent_however_the_stream_is_cut(
            sent in proptest::collection::vec("[^\r\u{0}]{0,40}", 0..6),
            ending in prop_oneof![Just("\n"), Just("\r"), Just("\r\n")],
            cuts in proptest::collection::vec(1usize..16, 0..60),
        ) {
            let mut stream = String::new();
            for data in &sent {
                for line in data.split('\n') {
                    stream.push_str(&format!("data: {line}{ending}"));
                }
                stream.push_str(ending);
            }
            let mut rest = stream.as_bytes();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, left) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = left;
            }
            pieces.push(rest);
            let expected: Vec<_> = sent.iter().map(|data| message(data)).collect();
            prop_assert_eq!(read_pieces(&pieces).0, expected);
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut events = VecDeque::new();
            let _ = Parser::new(100).feed(&bytes, &mut events);
        }
    }
}
