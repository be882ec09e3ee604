"""The one table of reason codes and the sentences that people read for them."""

from enum import StrEnum


class Fix(StrEnum):
    """What one tap can do about a reason; the value is the code in API and journal."""

    PLAY_HERE = "play_here"
    END_SNOOZE = "end_snooze"
    COME_HOME = "come_home"
    CONNECT = "connect"
    SET_UP_APP = "set_up_app"
    CHOOSE_ACCOUNT = "choose_account"
    CHOOSE_SPEAKER = "choose_speaker"
    TEST_SPEAKER = "test_speaker"
    CHOOSE_CONTENT = "choose_content"
    ENABLE_SENSOR = "enable_sensor"
    REGISTER_SENSOR = "register_sensor"


class Reason(StrEnum):
    """Why something was done or left undone; the value is the code in API, journal and log."""

    # Motion was taken in and acted upon.
    ARRIVED = "arrived"
    STILL_THERE = "still_there"
    LEFT_SENSOR = "left_sensor"
    TRY_AGAIN = "try_again"
    BY_HAND = "by_hand"
    SWITCHED = "switched"
    # Motion was taken in; the music has to wait.
    QUIET_HOURS = "quiet_hours"
    MOTION_GAP = "motion_gap"
    SNOOZED = "snoozed"
    AWAY = "away"
    GUESTS = "guests"
    NO_ACCOUNT = "no_account"
    NO_SPEAKER = "no_speaker"
    NO_CONTENT = "no_content"
    # Motion was not taken in.
    DISABLED = "disabled"
    STALE = "stale"
    OUT_OF_ORDER = "out_of_order"
    DUPLICATE = "duplicate"
    NOBODY_HERE = "nobody_here"
    UNKNOWN_SENSOR = "unknown_sensor"
    INVALID = "invalid"
    BAD_PAYLOAD = "bad_payload"
    TOO_LARGE = "too_large"
    WRONG_TOPIC = "wrong_topic"
    OTHER_SENSOR = "other_sensor"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    NOT_A_SWITCH = "not_a_switch"
    # A session ended or was re-dated.
    TIMEOUT = "timeout"
    STUCK = "stuck"
    CLOCK_TURNED_BACK = "clock_turned_back"
    # What became of the music.
    STARTED = "started"
    RESUMED = "resumed"
    ALREADY_PLAYING = "already_playing"
    HANDED_OVER = "handed_over"
    WENT_ALONG = "went_along"
    PAUSED = "paused"
    SONG_FINISHES = "song_finishes"
    ALREADY_SILENT = "already_silent"
    STOPPED_BY_HAND = "stopped_by_hand"
    USER_PAUSED = "user_paused"
    USER_TOOK_OVER = "user_took_over"
    OWN_MUSIC = "own_music"
    BUSY_ELSEWHERE = "busy_elsewhere"
    VISIT_OVER = "visit_over"
    RESTARTED = "restarted"
    SPEAKER_TAKEN = "speaker_taken"
    SPEAKER_ASLEEP = "speaker_asleep"
    SPEAKER_MISSING = "speaker_missing"
    SPEAKER_AMBIGUOUS = "speaker_ambiguous"
    SPEAKER_RESTRICTED = "speaker_restricted"
    COMMAND_REFUSED = "command_refused"
    NOT_CONFIRMED = "not_confirmed"
    # What stands between us and Spotify.
    NOT_CONNECTED = "not_connected"
    RECONNECT = "reconnect"
    CONSENT_ENDED = "consent_ended"
    CONSENT_ENDS_THIS_MONTH = "consent_ends_this_month"
    CONSENT_ENDS_THIS_WEEK = "consent_ends_this_week"
    CONSENT_ENDS_TOMORROW = "consent_ends_tomorrow"
    DOUBTED = "doubted"
    LOST_IN_CRASH = "lost_in_crash"
    MASS_REFUSALS = "mass_refusals"
    OTHER_ACCOUNT = "other_account"
    SEATS_TAKEN = "seats_taken"
    CONSENT_DENIED = "consent_denied"
    NO_APP = "no_app"
    SCOPE_MISSING = "scope_missing"
    PREMIUM_REQUIRED = "premium_required"
    NOT_ON_ALLOWLIST = "not_on_allowlist"
    APP_MISCONFIGURED = "app_misconfigured"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXCEEDED = "quota_exceeded"
    SPOTIFY_UNAVAILABLE = "spotify_unavailable"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    # Who comes in has to wait.
    TOO_MANY_TRIES = "too_many_tries"


_SENTENCES: dict[Reason, str] = {
    Reason.ARRIVED: "Somebody came in.",
    Reason.STILL_THERE: "Somebody is still there.",
    Reason.LEFT_SENSOR: "The sensor sees nobody any more; the timeout runs from here.",
    Reason.TRY_AGAIN: "Somebody is still there: the music is tried once more.",
    Reason.BY_HAND: "Somebody asked for it by hand.",
    Reason.SWITCHED: "Somebody switched the house.",
    Reason.QUIET_HOURS: "It is quiet hours in this house.",
    Reason.MOTION_GAP: "The music started in this room only a moment ago (motion gap).",
    Reason.SNOOZED: "The music is snoozed: not now.",
    Reason.AWAY: "The house is switched to away.",
    Reason.GUESTS: "The house is switched to guests: music starts by hand only.",
    Reason.NO_ACCOUNT: "This room has nobody whose Spotify plays: choose a user for it.",
    Reason.NO_SPEAKER: "This room has no speaker: choose one for it.",
    Reason.NO_CONTENT: "This room has nothing to play: choose a playlist, album or artist for it.",
    Reason.DISABLED: "This sensor is switched off.",
    Reason.STALE: "The motion is too old to start music.",
    Reason.OUT_OF_ORDER: "Something newer is already known of this room.",
    Reason.DUPLICATE: "This message was taken in before.",
    Reason.NOBODY_HERE: "The room was empty already.",
    Reason.UNKNOWN_SENSOR: "No such sensor is registered.",
    Reason.INVALID: "The value cannot be accepted.",
    Reason.BAD_PAYLOAD: "The message is not the JSON that a sensor sends.",
    Reason.TOO_LARGE: "The message is larger than 128 KB.",
    Reason.WRONG_TOPIC: "The topic is not sensors/{sensorId}/motion.",
    Reason.OTHER_SENSOR: "The message names another sensor than its topic.",
    Reason.CLOCK_AHEAD: "The sensor's clock is ahead: its message comes from the future.",
    Reason.CLOCK_BEHIND: "The message is more than a day old, or the sensor's clock is not set.",
    Reason.NOT_A_SWITCH: "This sensor is no switch: register it as one to let it command the house.",
    Reason.TIMEOUT: "Nobody moved for as long as this room waits.",
    Reason.STUCK: "The sensor has been on for so long that it must be stuck.",
    Reason.CLOCK_TURNED_BACK: "The machine's clock was turned back; the visit was dated anew.",
    Reason.STARTED: "The music started.",
    Reason.RESUMED: "The music went on where it had stopped.",
    Reason.ALREADY_PLAYING: "Our music was playing here already.",
    Reason.HANDED_OVER: "The music came along from another room.",
    Reason.WENT_ALONG: "The music went along to another room.",
    Reason.PAUSED: "The music was paused.",
    Reason.SONG_FINISHES: "The song plays to its end, then the music stops.",
    Reason.ALREADY_SILENT: "The music was silent already.",
    Reason.STOPPED_BY_HAND: "Somebody stopped the music by hand: silent until this visit ends.",
    Reason.USER_PAUSED: "Somebody paused the music: left alone until the visit ends.",
    Reason.USER_TOOK_OVER: "Somebody took the music over: left alone until the visit ends.",
    Reason.OWN_MUSIC: "Somebody's own music was playing: left alone.",
    Reason.BUSY_ELSEWHERE: "This account plays in another room.",
    Reason.VISIT_OVER: "The visit was over before the music could start.",
    Reason.RESTARTED: "We were restarted before the music could start.",
    Reason.SPEAKER_TAKEN: "Another account plays on this speaker: left alone.",
    Reason.SPEAKER_ASLEEP: "The speaker sleeps and would not wake: play on it once from Spotify's app.",
    Reason.SPEAKER_MISSING: "Spotify does not see the speaker: it is switched off, renamed or another's.",
    Reason.SPEAKER_AMBIGUOUS: "Several speakers have this name: rename one of them.",
    Reason.SPEAKER_RESTRICTED: "This speaker takes no commands from outside its maker's app.",
    Reason.COMMAND_REFUSED: "Spotify refused the command for this speaker.",
    Reason.NOT_CONFIRMED: "Spotify took the command, but the speaker does not play.",
    Reason.NOT_CONNECTED: "This user has not connected Spotify.",
    Reason.RECONNECT: "Spotify no longer accepts this connection: connect again.",
    Reason.CONSENT_ENDED: "The consent of six months has ended: connect again.",
    Reason.CONSENT_ENDS_THIS_MONTH: "The consent ends within 30 days: connect again before it does.",
    Reason.CONSENT_ENDS_THIS_WEEK: "The consent ends within 7 days: connect again before it does.",
    Reason.CONSENT_ENDS_TOMORROW: "The consent ends within a day: connect again now.",
    Reason.DOUBTED: "Spotify refused this connection; it is tested again before you are asked to mend it.",
    Reason.LOST_IN_CRASH: "A crash swallowed Spotify's new token: connect again.",
    Reason.MASS_REFUSALS: "Spotify refuses so many users at once that the fault is hardly theirs: wait.",
    Reason.OTHER_ACCOUNT: "Another Spotify account is connected: disconnect it, or choose to replace it.",
    Reason.SEATS_TAKEN: "All seats of this Spotify app are taken: use an app of your own.",
    Reason.CONSENT_DENIED: "Spotify was not allowed to share playback: connect again and agree.",
    Reason.NO_APP: "No Spotify app is set: register one and set its client id.",
    Reason.SCOPE_MISSING: "A permission is missing: connect again and allow playback.",
    Reason.PREMIUM_REQUIRED: "Spotify plays by remote control only with Premium.",
    Reason.NOT_ON_ALLOWLIST: "This Spotify account is not on the app's allowlist.",
    Reason.APP_MISCONFIGURED: "Client id or client secret are wrong: the operator must correct them.",
    Reason.RATE_LIMITED: "Spotify asks us to slow down.",
    Reason.QUOTA_EXCEEDED: "The day's quota of this Spotify app is used up.",
    Reason.SPOTIFY_UNAVAILABLE: "Spotify did not answer.",
    Reason.STORAGE_UNAVAILABLE: "The database could not be written.",
    Reason.TOO_MANY_TRIES: "Too many sign-ins were tried: wait a moment.",
}


def sentence(reason: Reason) -> str:
    """Return what a person reads for `reason`."""
    return _SENTENCES[reason]


_FIXES: dict[Reason, Fix] = {
    Reason.QUIET_HOURS: Fix.PLAY_HERE,
    Reason.MOTION_GAP: Fix.PLAY_HERE,
    Reason.OWN_MUSIC: Fix.PLAY_HERE,
    Reason.BUSY_ELSEWHERE: Fix.PLAY_HERE,
    Reason.USER_PAUSED: Fix.PLAY_HERE,
    Reason.USER_TOOK_OVER: Fix.PLAY_HERE,
    Reason.STOPPED_BY_HAND: Fix.PLAY_HERE,
    Reason.STALE: Fix.PLAY_HERE,
    Reason.SNOOZED: Fix.END_SNOOZE,
    Reason.AWAY: Fix.COME_HOME,
    Reason.GUESTS: Fix.COME_HOME,
    Reason.DISABLED: Fix.ENABLE_SENSOR,
    Reason.UNKNOWN_SENSOR: Fix.REGISTER_SENSOR,
    Reason.NO_ACCOUNT: Fix.CHOOSE_ACCOUNT,
    Reason.NO_SPEAKER: Fix.CHOOSE_SPEAKER,
    Reason.SPEAKER_MISSING: Fix.CHOOSE_SPEAKER,
    Reason.SPEAKER_AMBIGUOUS: Fix.CHOOSE_SPEAKER,
    Reason.SPEAKER_RESTRICTED: Fix.CHOOSE_SPEAKER,
    Reason.SPEAKER_ASLEEP: Fix.TEST_SPEAKER,
    Reason.NOT_CONFIRMED: Fix.TEST_SPEAKER,
    Reason.COMMAND_REFUSED: Fix.TEST_SPEAKER,
    Reason.NO_CONTENT: Fix.CHOOSE_CONTENT,
    Reason.NOT_CONNECTED: Fix.CONNECT,
    Reason.RECONNECT: Fix.CONNECT,
    Reason.CONSENT_ENDED: Fix.CONNECT,
    Reason.CONSENT_ENDS_THIS_MONTH: Fix.CONNECT,
    Reason.CONSENT_ENDS_THIS_WEEK: Fix.CONNECT,
    Reason.CONSENT_ENDS_TOMORROW: Fix.CONNECT,
    Reason.LOST_IN_CRASH: Fix.CONNECT,
    Reason.SCOPE_MISSING: Fix.CONNECT,
    Reason.NO_APP: Fix.SET_UP_APP,
    Reason.APP_MISCONFIGURED: Fix.SET_UP_APP,
}


def fix(reason: Reason) -> Fix | None:
    """Return what one tap can do about `reason`, or None where there is nothing to be mended."""
    return _FIXES.get(reason)
