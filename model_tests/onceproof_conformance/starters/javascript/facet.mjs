// Facets: one use of a capability each, decided by a verifier. Replace this map by yours; keep the mapping below it.

/** A bounded map from revocation identifiers to facets. Verifiers may be async. */
class FacetMap {
    #entriesMax;
    #facets = new Map();
    #turns = new Map(); // a key → the end of the last call that has, or waits for, its turn there

    constructor({ entriesMax }) {
        this.#entriesMax = entriesMax === null ? Infinity : Math.max(1, entriesMax);
    }

    get size() {
        return this.#facets.size;
    }

    register(key, facet) {
        return this.#inTurn(key, () => {
            if (this.#facets.has(key)) throw new Refused("already_registered");
            if (this.#facets.size >= this.#entriesMax) throw new Refused("entries_limit");
            this.#facets.set(key, facet);
        });
    }

    lookup(key) {
        return this.#facets.get(key);
    }

    /** The verifier's answer, given the facet or undefined. Where it throws, the facet stays. */
    verifyAndConsume(key, verify) {
        return this.#inTurn(key, async () => {
            const answer = await verify(this.#facets.get(key));
            this.#facets.delete(key);
            return answer;
        });
    }

    /** Whether there was something to revoke. */
    revoke(key) {
        return this.#inTurn(key, () => this.#facets.delete(key));
    }

    /** One call for a key after the other, so a verifier must not come back to its own key: it would await itself. */
    async #inTurn(key, act) {
        const turn = Promise.resolve(this.#turns.get(key)).then(act);
        const end = turn.catch(() => {}); // whoever waits does so whatever becomes of this call
        this.#turns.set(key, end);
        try {
            return await turn;
        } finally {
            if (this.#turns.get(key) === end) this.#turns.delete(key);
        }
    }
}

stores.facet = {
    caps: ["len", "revoke"],
    limits: { entries_max: orNull(whole) },
    open: ({ entries_max: entriesMax }) => new FacetMap({ entriesMax }),
    calls: {
        register: [{ key: text, facet: text }, (store, { key, facet }) => store.register(key, facet)],
        lookup: [{ key: text }, (store, { key }) => store.lookup(key)],
        consume: [
            { key: text, verdict: (value) => ["ok", "deny", "panic"].includes(value) },
            async (store, { key, verdict }) => {
                let [saw, ran] = [null, 0];
                await store.verifyAndConsume(key, async (facet) => {
                    [saw, ran] = [facet ?? null, ran + 1];
                    if (verdict === "deny") throw new Refused("denied");
                    if (verdict === "panic") throw new Error("the verifier crashes here");
                });
                return { saw, ran };
            },
        ],
        revoke: [{ key: text }, (store, { key }) => store.revoke(key)],
        len: [{}, (store) => store.size],
    },
};
