"""What whoever came in may do."""

from spottypottysense.access.model import AccessToken, Caller, Scope, SignIn
from spottypottysense.accounts.model import Role, User
from spottypottysense.errors import Invalid, NotAllowed

_SCOPES = {
    Role.OWNER: frozenset(Scope),
    Role.MEMBER: frozenset({Scope.READ, Scope.CONTROL}),
}


def scopes_of(role: Role) -> frozenset[Scope]:
    """Return all that a role may do: a member looks and commands, an owner changes the house as well."""
    return _SCOPES[role]


def caller_signed_in(user: User, sign_in: SignIn) -> Caller:
    """Return the caller whom a cookie names."""
    return Caller(user.id, user.household_id, user.role, scopes_of(user.role), sign_in.digest)


def caller_with_token(user: User, token: AccessToken) -> Caller:
    """Return the caller whom a token names; it never allows more than its user's role does today."""
    scopes = token.scopes & scopes_of(user.role)
    return Caller(user.id, user.household_id, user.role, scopes, token.id, by_token=True)


def require_scope(caller: Caller, scope: Scope) -> None:
    """Raise `NotAllowed` unless the caller may do what `scope` means."""
    if scope in caller.scopes:
        return
    if caller.by_token and scope in scopes_of(caller.role):
        raise NotAllowed(f"This access token lacks the scope {scope}: make one that has it.")
    raise NotAllowed("Only an owner of the household may do this: ask one.")


def require_sign_in(caller: Caller) -> None:
    """Raise `NotAllowed` for an access token: one that leaked must not make others, or let people in."""
    if caller.by_token:
        raise NotAllowed("An access token may not do this: sign in for it.")


def checked_scopes(wished: frozenset[Scope], role: Role) -> frozenset[Scope]:
    """Return the scopes if there are any and the role has them all; raises `Invalid` or `NotAllowed`."""
    if not wished:
        raise Invalid("A token needs a scope: read, control or manage.", field="scopes")
    beyond = wished - scopes_of(role)
    if beyond:
        raise NotAllowed(f"A {role} may not give the scope {', '.join(sorted(beyond))}: ask an owner.")
    return wished
