//! Timetables: one route a line, `from;to;minutes`.

use std::collections::HashMap;
use std::fs;

use failure::{bail, ensure, err_msg, format_err, ResultExt};
use faults::{Outcome, ReadError, RouteError};

/// How long it takes from one place to the next.
#[derive(Debug, Default)]
pub struct Timetable {
    minutes: HashMap<(String, String), u32>,
}

impl Timetable {
    /// Read the timetable in a file.
    pub fn read(path: &str) -> Outcome<Timetable> {
        let text = fs::read_to_string(path).map_err(|cause| ReadError::new(path, cause))?;
        let table = Timetable::parse(&text).with_context(|_| format!("{} is no timetable", path))?;
        Ok(table)
    }

    /// Read a timetable.
    pub fn parse(text: &str) -> Outcome<Timetable> {
        ensure!(!text.trim().is_empty(), "no {from;to;minutes} at all");
        let mut table = Timetable::default();
        for (index, line) in text.lines().enumerate() {
            table.add(line).context(format!("line {}", index + 1))?;
        }
        Ok(table)
    }

    /// Return how long it takes along all of `places`.
    pub fn along(&self, places: &[&str]) -> Outcome<u32> {
        if places.len() < 2 {
            bail!("a way has {} ends, not {}", 2, places.len());
        }
        let steps = places.windows(2).map(|step| self.between(step[0], step[1]));
        let total = steps.sum::<Outcome<u32>>()?;
        total
            .checked_add(5 * (places.len() as u32 - 2))
            .ok_or_else(|| err_msg("such a way takes too long"))
    }

    fn between(&self, from: &str, to: &str) -> Outcome<u32> {
        let key = (from.to_string(), to.to_string());
        let found = self.minutes.get(&key).copied();
        let (from, to) = key;
        Ok(found.ok_or(RouteError::Unreachable { from, to })?)
    }

    fn add(&mut self, line: &str) -> Outcome<()> {
        let fields: Vec<&str> = line.split(';').map(str::trim).collect();
        let (from, to, minutes) = match fields[..] {
            [from, to, minutes] => (from, to, minutes),
            _ => return Err(RouteError::Fields(fields.len()).into()),
        };
        let minutes = minutes
            .parse()
            .map_err(|cause| RouteError::Minutes(minutes.to_string(), cause))?;
        let key = (from.to_string(), to.to_string());
        match self.minutes.insert(key, minutes) {
            Some(before) => Err(format_err!("{} to {} takes {} minutes already", from, to, before)),
            None => Ok(()),
        }
    }
}
