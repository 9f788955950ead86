// Hand-off tokens. Replace this store by yours; keep the mapping below it.
import { timingSafeEqual } from "node:crypto";

/** Sixteen random bytes that no printed form shows: what is private by its # is not printed either. */
class HandoffToken {
    #bytes;

    constructor(bytes) {
        this.#bytes = bytes;
    }

    toHex() {
        return this.#bytes.toString("hex");
    }

    matches(presented) {
        return timingSafeEqual(this.#bytes, presented);
    }

    toString() {
        return "HandoffToken(<redacted>)";
    }
}

/** A bounded set of one-time tokens. */
class HandoffTokenStore {
    #pendingMax;
    #ttlMs;
    #attempts;
    #clock;
    #randomBytes;
    #latest = -Infinity;
    #pending = new Map(); // a token in hex → the instant at which it is dead; the first one dies first

    constructor({ pendingMax, ttlMs, attempts, now, randomBytes }) {
        this.#pendingMax = Math.max(1, pendingMax);
        this.#ttlMs = Math.max(1, ttlMs);
        this.#attempts = Math.max(1, attempts);
        this.#clock = now;
        this.#randomBytes = randomBytes;
    }

    get size() {
        return this.#pending.size;
    }

    issue() {
        const now = this.#now();
        this.#sweep(now);
        if (this.#pending.size >= this.#pendingMax) throw new Refused("pending_limit");
        for (let attempt = 0; attempt < this.#attempts; attempt += 1) {
            const token = new HandoffToken(this.#draw());
            if (this.#pending.has(token.toHex())) continue;
            this.#pending.set(token.toHex(), now + this.#ttlMs);
            return token;
        }
        throw new Refused("collision_exhausted");
    }

    consume(expected, presented) {
        const now = this.#now();
        const deadline = this.#pending.get(expected.toHex());
        this.#sweep(now); // if the expected token is dead it is dropped here, and refused as expired this once
        if (deadline === undefined) throw new Refused("not_pending");
        if (now >= deadline) throw new Refused("expired");
        if (!expected.matches(presented)) throw new Refused("mismatch");
        this.#pending.delete(expected.toHex());
    }

    /** Whether this ended a token that was alive; a dead one is dropped all the same. */
    revoke(token) {
        const now = this.#now();
        const deadline = this.#pending.get(token.toHex());
        this.#pending.delete(token.toHex());
        return deadline !== undefined && now < deadline;
    }

    /** How many dead tokens were dropped. */
    prune() {
        const before = this.#pending.size;
        this.#sweep(this.#now());
        return before - this.#pending.size;
    }

    toString() {
        return `HandoffTokenStore(${this.size} of ${this.#pendingMax})`;
    }

    /** The latest instant seen: a clock that goes back revives nothing. */
    #now() {
        this.#latest = Math.max(this.#latest, this.#clock());
        return this.#latest;
    }

    #sweep(now) {
        for (const [token, deadline] of this.#pending) {
            if (now < deadline) return;
            this.#pending.delete(token);
        }
    }

    #draw() {
        try {
            return this.#randomBytes(16);
        } catch {
            throw new Refused("random");
        }
    }
}

const handoffToken = (digits) => new HandoffToken(Buffer.from(digits, "hex"));

stores.handoff = {
    caps: ["prune", "len", "revoke", "render", "clock_back"],
    limits: { pending_max: whole, ttl_ms: whole, attempts: whole },
    open: ({ pending_max: pendingMax, ttl_ms: ttlMs, attempts }) =>
        new HandoffTokenStore({ pendingMax, ttlMs, attempts, now, randomBytes }),
    calls: {
        issue: [{ rng: draws(16) }, (store) => store.issue().toHex()],
        consume: [{ expected: hex(16), presented: hex(16) }, (store, { expected, presented }) =>
            store.consume(handoffToken(expected), Buffer.from(presented, "hex"))],
        revoke: [{ token: hex(16) }, (store, { token }) => store.revoke(handoffToken(token))],
        prune: [{}, (store) => store.prune()],
        len: [{}, (store) => store.size],
        // Every way in which logs may show the token and the store.
        render: [{ token: hex(16) }, (store, { token }) =>
            [handoffToken(token), store].flatMap((one) => [`${one}`, inspect(one), JSON.stringify(one)]).join("\n")],
    },
};
