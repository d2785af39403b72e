//! One vendor with its clock, its faults and its journal: everything behind the one lock of a sandbox.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::kit::Simulator;
use crate::kit::clock::{Clock, Ticker};
use crate::kit::faults::{Fault, Faults};
use crate::kit::journal::{Journal, Number};
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// Seconds of sandbox time between two steps of what moves by itself: a person can watch it.
const DEFAULT_TICK_SECONDS: u32 = 15;
/// The setting the kit itself keeps; all others are the vendor's.
const TICK_SECONDS: &str = "tick_seconds";

pub(crate) struct Stage {
    pub(super) clock: Clock,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    ticker: Ticker,
    simulator: Box<dyn Simulator>,
}

impl Stage {
    pub(crate) fn new(simulator: impl FnOnce(Timestamp) -> Box<dyn Simulator>) -> Stage {
        let clock = Clock::start();
        let now = clock.now();
        Stage {
            clock,
            faults: Faults::default(),
            journal: Journal::default(),
            ticker: Ticker::new(DEFAULT_TICK_SECONDS, now),
            simulator: simulator(now),
        }
    }

    /// Writes down an arriving request and says which fault befalls it.
    pub(super) fn receive(&mut self, request: &Request) -> (Number, Option<Fault>) {
        (self.journal.arrived(request), self.faults.befall(request))
    }

    /// Lets the vendor handle a request, after all that has happened by itself meanwhile.
    pub(super) fn answer(&mut self, request: &Request) -> Reply {
        let now = self.catch_up();
        self.simulator.answer(request, now)
    }

    /// The present moment, with every tick that was due before it done.
    pub(super) fn catch_up(&mut self) -> Timestamp {
        let now = self.clock.now();
        for moment in self.ticker.due(now) {
            self.simulator.tick(moment);
        }
        now
    }

    pub(super) fn advance(&mut self, duration: SignedDuration) {
        self.clock.advance(duration);
        self.catch_up();
    }

    pub(super) fn tick(&mut self, count: u32) {
        let now = self.catch_up();
        for _ in 0..count {
            self.simulator.tick(now);
        }
    }

    pub(crate) fn issue(&mut self, wish: Map<String, Value>) -> Result<Map<String, Value>, String> {
        let now = self.catch_up();
        self.simulator.issue(wish, now)
    }

    /// Overlays the given settings on those in force, and answers all of them.
    pub(super) fn configure(&mut self, mut changes: Map<String, Value>) -> Result<Value, String> {
        let now = self.catch_up();
        let ticker = match changes.remove(TICK_SECONDS) {
            None => None,
            Some(seconds) => {
                let seconds = serde_json::from_value(seconds).map_err(|error| format!("{TICK_SECONDS}: {error}"))?;
                Some(Ticker::new(seconds, now))
            }
        };
        let mut settings = self.simulator.settings();
        settings.extend(changes);
        self.simulator.configure(settings)?;
        self.ticker = ticker.unwrap_or_else(|| std::mem::replace(&mut self.ticker, Ticker::new(0, now)));
        Ok(self.settings())
    }

    pub(super) fn settings(&self) -> Value {
        let mut settings = Map::from_iter([(TICK_SECONDS.to_owned(), Value::from(self.ticker.seconds()))]);
        settings.extend(self.simulator.settings());
        Value::Object(settings)
    }

    /// The seeded data again, no faults, an empty journal, default settings. Time goes on, tokens stay.
    pub(super) fn reset(&mut self) {
        let now = self.clock.now();
        self.simulator.reset(now);
        self.faults.clear();
        self.journal.clear();
        self.ticker = Ticker::new(DEFAULT_TICK_SECONDS, now);
    }

    pub(super) fn state(&mut self) -> Value {
        let now = self.catch_up();
        let faults: Vec<&Fault> = self.faults.waiting().collect();
        let mut state = Map::from_iter([
            ("now".to_owned(), Value::from(now.to_string())),
            ("now_seconds".to_owned(), Value::from(now.as_second())),
            ("settings".to_owned(), self.settings()),
            ("faults".to_owned(), json!(faults)),
        ]);
        state.extend(self.simulator.state());
        Value::Object(state)
    }
}
