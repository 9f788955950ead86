"""Authlib's code grant, driven as a framework drives it, over storage as its documentation shows.

The records are made of Authlib's own mixins for SQLAlchemy, without a database behind them: what a
column's default is there, is an attribute here. Authlib reads whole seconds, so a millisecond of
the law is a second of Authlib's clock, which is the one thing of Authlib that is patched.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from authlib.integrations.sqla_oauth2 import (
    OAuth2AuthorizationCodeMixin,
    OAuth2TokenMixin,
    tokens_mixins,
)
from authlib.oauth2 import OAuth2Error, OAuth2Request, ResourceProtector
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from onceproof_conformance.adapter import Adapter, Offer, Refused, draws

from onceproof_oauth.stores import CODE_BYTES, Drawn

CODE_SECONDS = 300
"""How long a code lives: `OAuth2AuthorizationCodeMixin` says so, and nothing sets it."""
SITE = "https://server.example/"
SECRET = "secret"

CLOCK = SimpleNamespace(now=0)
CLOCK.time = lambda: CLOCK.now
mock.patch.object(tokens_mixins, "time", CLOCK).start()


# --- what the documentation has developers write


class Client(ClientMixin):
    """A confidential client, of which there is one by every name."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return "https://client.example/"

    def get_allowed_scope(self, scope: Any) -> str:
        return ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return True

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(OAuth2AuthorizationCodeMixin):
    """A row of the table of codes."""

    def __init__(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.code, self.client_id, self.scope = code, request.client.client_id, request.scope
        self.redirect_uri = request.payload.redirect_uri
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")
        self.auth_time = int(CLOCK.time())


class Token(OAuth2TokenMixin):
    """A row of the table of tokens."""

    def __init__(self, token: Mapping[str, Any], client_id: str) -> None:
        self.client_id, self.scope = client_id, ""
        self.access_token, self.expires_in = token["access_token"], token["expires_in"]
        self.issued_at = int(CLOCK.time())
        self.access_token_revoked_at = self.refresh_token_revoked_at = 0


class Grant(AuthorizationCodeGrant):
    """The grant as the documentation has it, with its methods over dicts."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

    def generate_authorization_code(self) -> str:
        code: str = self.server.random_bytes(CODE_BYTES).hex()
        return code

    def save_authorization_code(self, code: str, request: Any) -> Code:
        if code in self.server.codes:
            raise RuntimeError("UNIQUE constraint failed: code")
        item = self.server.codes[code] = Code(code, request)
        return item

    def query_authorization_code(self, code: str, client: Any) -> Code | None:
        item: Code | None = self.server.codes.get(code)
        if item and item.client_id == client.client_id and not item.is_expired():
            return item
        return None

    def delete_authorization_code(self, authorization_code: Any) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Any) -> str:
        return "user"


class Request(OAuth2Request):
    """A request of a framework that hands over its form."""

    def __init__(self, method: str, form: dict[str, str], authorization: str = "") -> None:
        super().__init__(method, SITE, headers={"Authorization": authorization})
        self.payload, self._form = BasicOAuth2Payload(form), form

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Server(AuthorizationServer):
    """The server as a framework integrates it."""

    def __init__(self, grant_seconds: int, drawn: Drawn, meet: Callable[[], None]) -> None:
        super().__init__()
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.random_bytes, self.meet, self.numbers = drawn, meet, itertools.count()
        made = BearerTokenGenerator(self.access_token, expires_generator=lambda *_: grant_seconds)
        self.register_token_generator("default", made)
        self.register_grant(Grant, [CodeChallenge(required=True)])

    def access_token(self, **told: object) -> str:
        """An access token, which is only to be another one each time."""
        return f"token-{next(self.numbers)}"

    def query_client(self, client_id: str) -> Client:
        return Client(client_id)

    def save_token(self, token: Mapping[str, Any], request: Any) -> None:
        self.meet()
        self.tokens[token["access_token"]] = Token(token, request.client.client_id)

    def send_signal(self, name: str, *args: object, **told: object) -> None:
        pass

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, dict(headers)


class Validator(BearerTokenValidator):
    """What guards a resource."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def authenticate_token(self, token_string: str) -> Token | None:
        return self.server.tokens.get(token_string)


# --- the protocol's operations


def proof(text: str) -> str:
    """A verifier of the form that RFC 7636 wants, for any text."""
    return hashlib.sha256(text.encode()).hexdigest()


def given(**form: str | None) -> dict[str, str]:
    """What a form holds, without what is not in it."""
    return {name: value for name, value in form.items() if value is not None}


def client_id(client: str) -> str:
    """A client's identifier, for any text."""
    return f"client-{client.encode().hex()}"


def redirect_uri(redirect: str | None) -> str | None:
    """A redirect URI, for any text."""
    return None if redirect is None else f"https://client.example/{redirect.encode().hex()}"


class Operations:
    """Authlib as the protocol's operations."""

    def __init__(self, config: Mapping[str, int], meet: Callable[[], None]) -> None:
        self.drawn = Drawn()
        self.server = Server(config["grant_ms"], self.drawn, meet)
        self.issued: dict[str, str] = {}  # the access token by the code that it was issued for
        self.resource = ResourceProtector()
        self.resource.register_token_validator(Validator(self.server))

    def issue(
        self, at: int, client: str, redirect: str | None, challenge: str | None, rng: list[str]
    ) -> str:
        CLOCK.now, self.drawn.source = at, draws(rng)
        asked = None if challenge is None else create_s256_code_challenge(proof(challenge))
        form = given(
            response_type="code",
            client_id=client_id(client),
            redirect_uri=redirect_uri(redirect),
            code_challenge=asked,
            code_challenge_method=None if asked is None else "S256",
        )
        request = Request("GET", form)
        grant = self.server.get_consent_grant(request, end_user="user")
        response: Any = self.server.create_authorization_response(request, "user", grant)
        code = parse_qs(urlsplit(response[2]["Location"]).query)["code"][0]
        self.issued.pop(code, None)
        return code

    def redeem(
        self, at: int, code: str, client: str, redirect: str | None, verifier: str | None
    ) -> None:
        CLOCK.now = at
        form = given(
            grant_type="authorization_code",
            code=code,
            client_id=client_id(client),
            client_secret=SECRET,
            redirect_uri=redirect_uri(redirect),
            code_verifier=None if verifier is None else proof(verifier),
        )
        response: Any = self.server.create_token_response(Request("POST", form))
        status, body, _ = response
        if status != 200:
            raise Refused(dict(body)["error"])
        self.issued[code] = body["access_token"]

    def use(self, at: int, code: str) -> bool:
        CLOCK.now = at
        request = Request("GET", {}, f"Bearer {self.issued.get(code, 'none')}")
        try:
            self.resource.validate_request(None, request)
        except OAuth2Error:
            return False
        return True


class AuthlibCode(Adapter):
    """Authlib 1.9.10, with storage as documented."""

    name, version = "authlib", "1.9.10"
    stores = {
        "oauth_code": Offer(
            caps=("clock_back",), fixed={"code_ms": CODE_SECONDS}, profiles=("published",)
        )
    }

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        return Operations(config, self.meeting)


class RacingAuthlibCode(AuthlibCode):
    """The same in threads, which all meet where a token is saved."""

    stores = {
        "oauth_code": Offer(
            caps=("clock_back", "race"), fixed={"code_ms": CODE_SECONDS}, profiles=("published",)
        )
    }
