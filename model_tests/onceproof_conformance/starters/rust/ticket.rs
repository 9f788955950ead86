// Tickets: short-lived texts, each of which lets one connection be upgraded.
// Replace this store by yours; keep the mapping below it, and let OFFER say what yours can do.
mod ticket {
    use super::{quoted, Fields, Json, Offer, Reply, Store, BAD_REQUEST, UNSUPPORTED};
    use std::collections::VecDeque;

    const ATTEMPTS: usize = 16;

    struct Ticket {
        text: String,
        deadline_ms: u64,
    }

    struct TicketStore {
        outstanding_max: usize,
        ttl_ms: u64,
        /// In the order of their issue, which is that of their deadlines: all live equally long.
        outstanding: VecDeque<Ticket>,
        latest_ms: u64,
    }

    impl TicketStore {
        /// The instant of this call: a clock that goes back revives nothing.
        fn advance(&mut self, now_ms: u64) -> u64 {
            self.latest_ms = self.latest_ms.max(now_ms);
            self.latest_ms
        }

        fn issue(&mut self, now_ms: u64, mut draw: impl FnMut() -> Reply<[u8; 32]>) -> Reply<String> {
            let now_ms = self.advance(now_ms);
            while self.outstanding.front().is_some_and(|oldest| now_ms >= oldest.deadline_ms) {
                self.outstanding.pop_front();
            }
            if self.outstanding.len() >= self.outstanding_max {
                return Err("outstanding_limit");
            }
            for _ in 0..ATTEMPTS {
                let digits: String = draw()?.iter().map(|byte| format!("{:02x}", byte)).collect();
                let text = format!("wst_{}", digits);
                if !self.outstanding.iter().any(|held| held.text == text) {
                    let deadline_ms = now_ms + self.ttl_ms;
                    self.outstanding.push_back(Ticket { text: text.clone(), deadline_ms });
                    return Ok(text);
                }
            }
            Err("collision_exhausted")
        }

        /// Uses a ticket up, dead or alive, and says whether it was alive.
        fn redeem(&mut self, text: &str, now_ms: u64) -> bool {
            let now_ms = self.advance(now_ms);
            let place = self.outstanding.iter().position(|held| held.text == text);
            let ticket = place.and_then(|place| self.outstanding.remove(place));
            ticket.is_some_and(|ticket| now_ms < ticket.deadline_ms)
        }
    }

    // The mapping from the protocol's operations to the store's methods.

    pub const OFFER: Offer = Offer {
        store: "ticket",
        ops: &["issue", "redeem"],
        caps: &["len", "clock_back"],
        limits: &["outstanding_max", "ttl_ms"],
        open,
    };

    fn open(config: &Fields) -> Reply<Box<dyn Store>> {
        Ok(Box::new(TicketStore {
            outstanding_max: config.number::<usize>("outstanding_max")?.max(1),
            ttl_ms: config.number::<u64>("ttl_ms")?.max(1),
            outstanding: VecDeque::new(),
            latest_ms: 0,
        }))
    }

    fn unhex(text: &str) -> Reply<[u8; 32]> {
        let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(BAD_REQUEST)?;
        Ok(std::array::from_fn(|place| (digits[2 * place] << 4 | digits[2 * place + 1]) as u8))
    }

    /// The draws of one call, in order. One fails where the request says `!`, or says no more.
    fn draws(fields: &Fields) -> Reply<impl FnMut() -> Reply<[u8; 32]>> {
        let Json::List(list) = fields.get("rng")? else { return Err(BAD_REQUEST) };
        let mut drawn = Vec::new();
        for draw in list {
            match draw {
                Json::Text(text) if text == "!" => drawn.push(Err("random")),
                Json::Text(text) => drawn.push(Ok(unhex(text)?)),
                _ => return Err(BAD_REQUEST),
            }
        }
        let mut left = drawn.into_iter();
        Ok(move || left.next().unwrap_or(Err("random")))
    }

    impl Store for TicketStore {
        fn call(&mut self, op: &str, fields: &Fields) -> Reply<String> {
            match op {
                "issue" => {
                    let (at, draw) = (fields.number("at")?, draws(fields)?);
                    self.issue(at, draw).map(|text| quoted(&text))
                }
                "redeem" => Ok(self.redeem(fields.text("ticket")?, fields.number("at")?).to_string()),
                "len" => fields.number::<u64>("at").map(|_| self.outstanding.len().to_string()),
                _ => Err(UNSUPPORTED),
            }
        }
    }
}
