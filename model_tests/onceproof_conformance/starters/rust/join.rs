// Join tokens: each lets one node in, once, in two steps: begin, then consume.
// Replace this store by yours; keep the mapping below it, and let OFFER say what yours can do.
mod join {
    use super::{quoted, Fields, Json, Offer, Reply, Store, BAD_REQUEST, UNSUPPORTED};
    use std::collections::HashMap;
    use std::net::SocketAddr;

    /// The SHA-256 of a token: the store never sees the token itself.
    type Digest = [u8; 32];

    #[derive(Clone, Copy)]
    enum State {
        Issued,
        InFlight { holder: SocketAddr, since_ms: u64 },
        Consumed { by: SocketAddr },
        Expired,
        Aborted,
    }

    #[derive(Clone, Copy)]
    struct Record {
        state: State,
        attempt: u64,
        expires_at_ms: u64,
    }

    impl Record {
        fn is_ended(&self) -> bool {
            !matches!(self.state, State::Issued | State::InFlight { .. })
        }
    }

    struct JoinStore {
        in_flight_ms: u64,
        entries_max: Option<usize>,
        records: HashMap<Digest, Record>,
    }

    impl JoinStore {
        fn register(&mut self, token: Digest, expires_at_ms: u64, now_ms: u64) -> Reply<()> {
            let record = Record { state: State::Issued, attempt: 0, expires_at_ms };
            if self.records.contains_key(&token) {
                return Err("already_registered");
            }
            self.make_room(now_ms)?;
            self.records.insert(token, record);
            Ok(())
        }

        /// Without a bound no record is ever dropped, so that what became of a token is known for ever.
        fn make_room(&mut self, now_ms: u64) -> Reply<()> {
            let Some(entries_max) = self.entries_max else { return Ok(()) };
            self.records.retain(|_, record| !record.is_ended() || now_ms <= record.expires_at_ms);
            if self.records.len() < entries_max { Ok(()) } else { Err("entries_limit") }
        }

        fn begin(&mut self, token: &Digest, caller: SocketAddr, now_ms: u64) -> Reply<u64> {
            let record = self.records.get_mut(token).ok_or("not_found")?;
            match record.state {
                State::InFlight { holder, since_ms } if now_ms < since_ms + self.in_flight_ms => {
                    return if holder == caller { Ok(record.attempt) } else { Err("in_flight_conflict") };
                }
                State::Issued | State::InFlight { .. } => {}
                State::Consumed { .. } => return Err("already_consumed"),
                State::Expired => return Err("expired"),
                State::Aborted => return Err("aborted"),
            }
            if now_ms > record.expires_at_ms {
                record.state = State::Expired;
                return Err("expired");
            }
            record.attempt += 1;
            record.state = State::InFlight { holder: caller, since_ms: now_ms };
            Ok(record.attempt)
        }

        /// The expiry is not looked at: an attempt that was begun in time may finish.
        fn consume(&mut self, token: &Digest, caller: SocketAddr, attempt: u64) -> Reply<()> {
            let record = self.records.get_mut(token).ok_or("not_found")?;
            match record.state {
                State::InFlight { holder, .. } if holder != caller => Err("in_flight_conflict"),
                State::InFlight { .. } if attempt != record.attempt => Err("stale_attempt"),
                State::InFlight { .. } => {
                    record.state = State::Consumed { by: caller };
                    Ok(())
                }
                State::Consumed { .. } => Err("already_consumed"),
                State::Issued | State::Expired | State::Aborted => Err("invalid_transition"),
            }
        }

        fn revert(&mut self, token: &Digest, attempt: u64, now_ms: u64) -> Reply<()> {
            let record = self.records.get_mut(token).ok_or("not_found")?;
            match record.state {
                State::InFlight { .. } if attempt != record.attempt => Err("stale_attempt"),
                State::InFlight { .. } => {
                    record.state = if now_ms > record.expires_at_ms { State::Expired } else { State::Issued };
                    Ok(())
                }
                _ => Err("invalid_transition"),
            }
        }

        fn abort(&mut self, token: &Digest) -> Reply<()> {
            let record = self.records.get_mut(token).ok_or("not_found")?;
            if record.is_ended() {
                return Err("invalid_transition");
            }
            record.state = State::Aborted;
            Ok(())
        }
    }

    // The mapping from the protocol's operations to the store's methods.

    pub const OFFER: Offer = Offer {
        store: "join",
        ops: &["register", "begin", "consume", "revert", "get"],
        caps: &["len", "abort", "clock_back"],
        limits: &["in_flight_ms", "entries_max"],
        open,
    };

    fn open(config: &Fields) -> Reply<Box<dyn Store>> {
        let entries_max = match config.get("entries_max")? {
            Json::Null => None,
            _ => Some(config.number::<usize>("entries_max")?.max(1)),
        };
        let in_flight_ms = config.number::<u64>("in_flight_ms")?.max(1);
        Ok(Box::new(JoinStore { in_flight_ms, entries_max, records: HashMap::new() }))
    }

    fn token(fields: &Fields) -> Reply<Digest> {
        let text = fields.text("token")?;
        let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(BAD_REQUEST)?;
        Ok(std::array::from_fn(|place| (digits[2 * place] << 4 | digits[2 * place + 1]) as u8))
    }

    fn addr(fields: &Fields) -> Reply<SocketAddr> {
        fields.text("addr")?.parse().or(Err(BAD_REQUEST))
    }

    /// The record as the protocol shows it.
    fn shown(record: &Record) -> String {
        let (state, addr) = match record.state {
            State::Issued => ("issued", None),
            State::InFlight { holder, .. } => ("in_flight", Some(holder)),
            State::Consumed { by } => ("consumed", Some(by)),
            State::Expired => ("expired", None),
            State::Aborted => ("aborted", None),
        };
        let addr = addr.map_or("null".to_string(), |addr| quoted(&addr.to_string()));
        let members = format!(r#""state":"{}","addr":{},"attempt":{}"#, state, addr, record.attempt);
        format!(r#"{}{},"expires_at":{}{}"#, '{', members, record.expires_at_ms, '}')
    }

    impl Store for JoinStore {
        fn call(&mut self, op: &str, fields: &Fields) -> Reply<String> {
            let null = |()| "null".to_string();
            match op {
                "register" => {
                    let (token, expires_at) = (token(fields)?, fields.number("expires_at")?);
                    self.register(token, expires_at, fields.number("at")?).map(null)
                }
                "begin" => {
                    let (token, addr) = (token(fields)?, addr(fields)?);
                    self.begin(&token, addr, fields.number("at")?).map(|attempt| attempt.to_string())
                }
                "consume" => {
                    fields.number::<u64>("at")?;
                    self.consume(&token(fields)?, addr(fields)?, fields.number("attempt")?).map(null)
                }
                "revert" => {
                    let (token, attempt) = (token(fields)?, fields.number("attempt")?);
                    self.revert(&token, attempt, fields.number("at")?).map(null)
                }
                "abort" => {
                    fields.number::<u64>("at")?;
                    self.abort(&token(fields)?).map(null)
                }
                "len" => fields.number::<u64>("at").map(|_| self.records.len().to_string()),
                "get" => {
                    fields.number::<u64>("at")?;
                    Ok(self.records.get(&token(fields)?).map_or("null".to_string(), shown))
                }
                _ => Err(UNSUPPORTED),
            }
        }
    }
}
