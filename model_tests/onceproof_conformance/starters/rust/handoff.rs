// Hand-off tokens: a bounded set of one-time 128-bit tokens.
// Replace this store by yours; keep the mapping below it, and let OFFER say what yours can do.
mod handoff {
    use super::{quoted, Fields, Json, Offer, Reply, Store, BAD_REQUEST, UNSUPPORTED};
    use std::collections::HashMap;
    use std::fmt;

    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Token([u8; 16]);

    impl fmt::Debug for Token {
        fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
            out.write_str("Token(<redacted>)")
        }
    }

    impl Token {
        /// Whether the bytes are the same, in a time that does not tell where they differ.
        fn matches(&self, other: &Token) -> bool {
            let pairs = self.0.iter().zip(&other.0);
            pairs.fold(0, |difference, (mine, theirs)| difference | (mine ^ theirs)) == 0
        }
    }

    #[derive(Debug)]
    struct HandoffStore {
        pending_max: usize,
        ttl_ms: u64,
        attempts: u64,
        deadlines_ms: HashMap<Token, u64>,
        latest_ms: u64,
    }

    impl HandoffStore {
        /// The instant of this call: a clock that goes back revives nothing.
        fn advance(&mut self, now_ms: u64) -> u64 {
            self.latest_ms = self.latest_ms.max(now_ms);
            self.latest_ms
        }

        fn issue(&mut self, now_ms: u64, mut draw: impl FnMut() -> Reply<[u8; 16]>) -> Reply<Token> {
            self.prune(now_ms);
            if self.deadlines_ms.len() >= self.pending_max {
                return Err("pending_limit");
            }
            let deadline_ms = self.latest_ms + self.ttl_ms;
            for _ in 0..self.attempts {
                let token = Token(draw()?);
                if !self.deadlines_ms.contains_key(&token) {
                    self.deadlines_ms.insert(token, deadline_ms);
                    return Ok(token);
                }
            }
            Err("collision_exhausted")
        }

        fn consume(&mut self, expected: &Token, presented: &Token, now_ms: u64) -> Reply<()> {
            let now_ms = self.advance(now_ms);
            // The expected one is spared, for its refusal is `expired` and not `not_pending`.
            self.deadlines_ms.retain(|token, deadline_ms| now_ms < *deadline_ms || token == expected);
            let deadline_ms = *self.deadlines_ms.get(expected).ok_or("not_pending")?;
            if now_ms >= deadline_ms {
                self.deadlines_ms.remove(expected);
                return Err("expired");
            }
            if !presented.matches(expected) {
                return Err("mismatch");
            }
            self.deadlines_ms.remove(expected);
            Ok(())
        }

        fn revoke(&mut self, token: &Token, now_ms: u64) -> bool {
            let now_ms = self.advance(now_ms);
            self.deadlines_ms.remove(token).is_some_and(|deadline_ms| now_ms < deadline_ms)
        }

        fn prune(&mut self, now_ms: u64) -> usize {
            let now_ms = self.advance(now_ms);
            let before = self.deadlines_ms.len();
            self.deadlines_ms.retain(|_, deadline_ms| now_ms < *deadline_ms);
            before - self.deadlines_ms.len()
        }
    }

    // The mapping from the protocol's operations to the store's methods.

    pub const OFFER: Offer = Offer {
        store: "handoff",
        ops: &["issue", "consume"],
        caps: &["prune", "len", "revoke", "render", "clock_back"],
        limits: &["pending_max", "ttl_ms", "attempts"],
        open,
    };

    fn open(config: &Fields) -> Reply<Box<dyn Store>> {
        Ok(Box::new(HandoffStore {
            pending_max: config.number::<usize>("pending_max")?.max(1),
            ttl_ms: config.number::<u64>("ttl_ms")?.max(1),
            attempts: config.number::<u64>("attempts")?.max(1),
            deadlines_ms: HashMap::new(),
            latest_ms: 0,
        }))
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{:02x}", byte)).collect()
    }

    fn unhex(text: &str) -> Reply<[u8; 16]> {
        let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == 32).ok_or(BAD_REQUEST)?;
        Ok(std::array::from_fn(|place| (digits[2 * place] << 4 | digits[2 * place + 1]) as u8))
    }

    fn token(fields: &Fields, name: &str) -> Reply<Token> {
        unhex(fields.text(name)?).map(Token)
    }

    /// The draws of one call, in order. One fails where the request says `!`, or says no more.
    fn draws(fields: &Fields) -> Reply<impl FnMut() -> Reply<[u8; 16]>> {
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

    impl Store for HandoffStore {
        fn call(&mut self, op: &str, fields: &Fields) -> Reply<String> {
            match op {
                "issue" => {
                    let (at, draw) = (fields.number("at")?, draws(fields)?);
                    Ok(quoted(&hex(&self.issue(at, draw)?.0)))
                }
                "consume" => {
                    let (expected, presented) = (token(fields, "expected")?, token(fields, "presented")?);
                    self.consume(&expected, &presented, fields.number("at")?)?;
                    Ok("null".to_string())
                }
                "revoke" => Ok(self.revoke(&token(fields, "token")?, fields.number("at")?).to_string()),
                "prune" => Ok(self.prune(fields.number("at")?).to_string()),
                "len" => fields.number::<u64>("at").map(|_| self.deadlines_ms.len().to_string()),
                "render" => {
                    let (_, token) = (fields.number::<u64>("at")?, token(fields, "token")?);
                    Ok(quoted(&format!("{:?}\n{:#?}\n{:?}\n{:#?}", token, token, self, self)))
                }
                _ => Err(UNSUPPORTED),
            }
        }
    }
}
