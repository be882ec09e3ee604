import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.access.model import Caller, Purpose, Scope
from spottypottysense.access.policy.allowing import require_scope, scopes_of
from spottypottysense.access.policy.showing import checked_password, digest_of, line, typed
from spottypottysense.access.wire import link
from spottypottysense.accounts.model import Role
from spottypottysense.errors import Invalid, NotAllowed
from spottypottysense.secret import Secret


@pytest.mark.parametrize("text", ["correct horse battery", "ü" * 4 + "abcd", "x" * 255 + "y", "  spaces  "])
def test_good_passwords(text: str) -> None:
    """Any 8 to 256 characters, spaces among them, none of which is thrown away."""
    assert checked_password(Secret(text)).reveal() == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least 8"),
        ("seven77", "at least 8"),
        ("u\u0308" * 7, "at least 8"),
        ("xy" * 129, "at most 256"),
        ("password", "four words"),
        ("PassW0rd", "four words"),
        ("zzzzzzzzzzzz", "four words"),
    ],
)
def test_bad_passwords(text: str, said: str) -> None:
    """The sentence says what to do."""
    with pytest.raises(Invalid, match=said) as refused:
        checked_password(Secret(text))
    assert refused.value.field == "password"


@given(text=st.text(max_size=300))
def test_typing_twice_is_typing_once(text: str) -> None:
    """However it comes, a password is brought into one form."""
    once = typed(Secret(text))
    assert typed(once) == once
    assert len(once.reveal()) <= 257


@given(text=st.text(max_size=100), most=st.integers(0, 50))
def test_a_line_is_one(text: str, most: int) -> None:
    """Nothing in it commands a terminal or ends the line."""
    shown = line(text, most)
    assert len(shown) <= most
    assert shown == "" or shown.isprintable()


def test_digests_do_not_stumble() -> None:
    """Not even over half a character."""
    assert len(digest_of(Secret("\ud800"))) == 64


def test_what_each_role_may() -> None:
    """A member is sent to an owner, a token's owner to another token."""
    member = Caller("ben", "home", Role.MEMBER, scopes_of(Role.MEMBER))
    require_scope(member, Scope.CONTROL)
    with pytest.raises(NotAllowed, match="Only an owner"):
        require_scope(member, Scope.MANAGE)
    token = Caller("anna", "home", Role.OWNER, frozenset({Scope.READ}), by_token=True)
    with pytest.raises(NotAllowed, match="lacks the scope control"):
        require_scope(token, Scope.CONTROL)
    with pytest.raises(NotAllowed, match="Only an owner"):
        require_scope(Caller("ben", "home", Role.MEMBER, frozenset(), by_token=True), Scope.MANAGE)


@pytest.mark.parametrize(
    ("purpose", "page"), [(Purpose.SET_UP, "set-up"), (Purpose.JOIN, "join"), (Purpose.RESET, "reset")]
)
def test_a_link_keeps_its_secret_from_servers(purpose: Purpose, page: str) -> None:
    """It stands behind the `#`, which browsers do not send."""
    shown = link("http://127.0.0.1:8765/", purpose, Secret("secret"))
    assert shown == f"http://127.0.0.1:8765/app/{page}#secret"
