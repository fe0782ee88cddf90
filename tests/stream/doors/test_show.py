"""What is on air, through the doors."""

from __future__ import annotations

import msgspec

from stream.wire.messages import WallState, encode
from tests.stream.doors.conftest import House, error, post


def test_layouts_are_listed_with_their_panels(house: House) -> None:
    """The list tells each layout's title and which screens its panels span."""
    layouts = house.visit("viewer").get("/api/v1/layouts").json()
    assert layouts["faults"] == []
    topics = next(layout for layout in layouts["layouts"] if layout["name"] == "topics")
    assert topics["title"] == "Topics"
    assert topics["panels"] == [{"visual": "numbers", "screens": [1, 2, 3, 4, 5, 6], "caption": ""}]


def test_take_puts_a_layout_on_air(house: House) -> None:
    """A take is on air at once, with who took it and until when, until it goes back to the programme."""
    desk = house.visit("moderator", "Desk 2")
    seen = desk.get("/api/v1/layout").json()
    taken = desk.put("/api/v1/layout", json={"layout": "topics", "rev": seen["rev"]}).json()
    assert (taken["layout"], taken["why"], taken["by"]) == ("topics", "take", "Desk 2")
    assert taken["until"] > taken["now"]
    assert desk.get("/api/v1/layout").json()["rev"] == taken["rev"] > seen["rev"]
    back = desk.delete("/api/v1/layout").json()
    assert back["why"] != "take"


def test_second_of_two_takes_learns_who_was_quicker(house: House) -> None:
    """Who takes with an old revision gets 409 with the name of the other and what is on air; a second try works."""
    one, two = house.visit("moderator", "Desk 1"), house.visit("moderator", "Desk 2")
    rev = one.get("/api/v1/layout").json()["rev"]
    assert one.put("/api/v1/layout", json={"layout": "people", "rev": rev}).status_code == 200
    answer = two.put("/api/v1/layout", json={"layout": "topics", "rev": rev})
    assert answer.status_code == 409
    assert error(answer) == "Desk 1 was quicker: “People” is on air now."
    again = two.put("/api/v1/layout", json={"layout": "topics", "rev": answer.json()["rev"]})
    assert again.json()["layout"] == "topics"


def test_unknown_layout_names_those_there_are(house: House) -> None:
    """Taking a layout that does not exist is 404 and lists the others."""
    desk = house.visit("moderator")
    answer = desk.put("/api/v1/layout", json={"layout": "nothing", "rev": house.hub.on_air.rev})
    assert answer.status_code == 404
    assert "topics" in error(answer)


def test_safe_scene_goes_on_and_off(house: House) -> None:
    """Panic is on air with who called it, and its release brings back what was there."""
    desk = house.visit("moderator", "Desk 3")
    before = desk.get("/api/v1/layout").json()["layout"]
    panic = desk.put("/api/v1/panic", json={"on": True}).json()
    assert (panic["panic"], panic["why"], panic["by"]) == (True, "panic", "Desk 3")
    released = desk.put("/api/v1/panic", json={"on": False}).json()
    assert (released["panic"], released["layout"]) == (False, before)


def test_freeze_holds_the_picture(house: House) -> None:
    """Freeze is told on air until it is released."""
    desk = house.visit("moderator")
    assert desk.put("/api/v1/freeze", json={"on": True}).json()["frozen"] is True
    assert desk.put("/api/v1/freeze", json={"on": False}).json()["frozen"] is False


def test_focus_turns_the_wall_to_a_topic_and_back(house: House) -> None:
    """A topic of the snapshot is on air until it is turned back; one that is not there is 404, an old revision 409."""
    said = (post(900 + i, "see you at #kaleido", f"simulation:k{i}") for i in range(4))
    house.publish(*(msgspec.structs.replace(mention, hashtags=("kaleido",)) for mention in said))
    house.until(lambda: sum("kaleido" in held["text"] for held in house.hub.held()) == 4)
    desk, other = house.visit("moderator", "Desk 1"), house.visit("moderator", "Desk 2")
    for i in range(4):
        desk.put("/api/v1/moderation/post", json={"id": f"simulation:{900 + i}", "decision": "approve"})
    house.until(lambda: house.hub._engine.presenter.knows("topics", "#kaleido"))
    rev = desk.get("/api/v1/layout").json()["rev"]
    turned = desk.put("/api/v1/focus", json={"graph": "topics", "id": "#kaleido", "rev": rev}).json()
    assert (turned["why"], turned["focus"]) == ("take", {"graph": "topics", "id": "#kaleido"})
    assert other.get("/api/v1/focus").json() == {"focus": turned["focus"]}
    late = other.put("/api/v1/focus", json={"graph": "topics", "id": "#kaleido", "rev": rev})
    assert late.status_code == 409
    assert error(late).startswith("Desk 1 was quicker")
    unknown = desk.put("/api/v1/focus", json={"graph": "people", "id": "nobody", "rev": turned["rev"]})
    assert unknown.status_code == 404
    assert error(unknown)
    assert desk.delete("/api/v1/focus").json()["focus"] is None


def test_snapshot_for_people_and_for_its_token(house: House) -> None:
    """The snapshot has every section, for who has signed in and for its own token, and for no other token."""
    sections = {"at", "window_s", "approximate", "numbers", "topics", "people", "rising", "stories", "sources"}
    assert set(house.visit("viewer").get("/api/v1/snapshot").json()) == sections
    machine = house.visit()
    assert set(machine.get("/api/v1/snapshot", headers=house.token("snapshot")).json()) == sections
    assert machine.get("/api/v1/snapshot", headers=house.token("metrics")).status_code == 401


def test_snapshot_of_a_time_not_held_says_so(house: House) -> None:
    """A time outside the window is 422 with a sentence."""
    answer = house.visit("viewer").get("/api/v1/snapshot", params={"at": 1000})
    assert answer.status_code == 422
    assert error(answer)


def test_metrics_need_their_token(house: House) -> None:
    """Prometheus reads the figures with its token; an operator's cookie is not it."""
    page = house.visit().get("/metrics", headers=house.token("metrics"))
    assert "agora_lag_seconds" in page.text
    assert 'agora_sockets{door="wall"}' in page.text
    assert house.visit("operator").get("/metrics").status_code == 401
    assert house.visit().get("/metrics", headers=house.token("wall")).status_code == 401


def test_metrics_tell_how_each_wall_draws(house: House) -> None:
    """Dropped frames, frame times, render scale, edges, brightness and video memory are told for each wall apart."""
    drawn = {"left": (7, 0.5, 2000, 1.0, 80.0), "right": (0, 1.0, 6000, 0.0, 16.0)}
    with house.wall() as one, house.wall() as other:
        for socket, (name, (dropped, scale, edges, brightness, textures)) in zip(
            (one, other), drawn.items(), strict=True
        ):
            state = WallState(name, (1,), int(house.hub.clock()), 1, False, 23.5, 31.0, dropped, scale, edges, 0, brightness,
                              textures)  # fmt: skip
            socket.send_bytes(encode(state))
        house.until(lambda: len(house.hub.walls.states()) == 2)
        page = house.visit().get("/metrics", headers=house.token("metrics")).text
    for name, (dropped, scale, edges, brightness, textures) in drawn.items():
        for figure, value in (
            ("dropped_frames", float(dropped)), ("render_scale", scale), ("edges", float(edges)), ("brightness", brightness),
            ("frame_ms", 31.0), ("fps", 23.5), ("texture_bytes", textures * 2**20),
        ):  # fmt: skip
            (line,) = [x for x in page.splitlines() if x.startswith(f'agora_wall_{figure}{{wall="{name}"}}')]
            assert float(line.split()[-1]) == value
