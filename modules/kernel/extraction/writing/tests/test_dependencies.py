"""The part of a lock: what was asked for, what that needs, the same hashes, and nothing else."""

from modules.kernel.extraction.writing.dependencies import names_in, part_of_lock

LOCK = """\
asgiref==3.13.0 \\
    --hash=sha256:aa
    # via
    #   -c run.txt
    #   django
    #   django-htmx
django==5.2.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via
    #   -r run.in
    #   django-htmx
django-htmx==1.0 \\
    --hash=sha256:dd
    # via -r run.in
idna==3.1 ; sys_platform != 'win32' \\
    --hash=sha256:ee
    # via Some.Client
some-client[fast]==2.0 \\
    --hash=sha256:ff
    # via -r run.in
"""


class TestPartOfLock:
    def test_has_what_was_asked_for_and_all_that_it_needs(self) -> None:
        part = part_of_lock(LOCK, "# why\ndjango==5.2.*\n")
        assert part == (
            "asgiref==3.13.0 \\\n    --hash=sha256:aa\n    # via\n    #   -c run.txt\n"
            "    #   django\n"
            "django==5.2.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n    # via\n"
            "    #   -r run.in\n"
        )

    def test_follows_names_however_they_are_written(self) -> None:
        part = part_of_lock(LOCK, "some_client[fast]")
        assert [line.partition("==")[0] for line in part.splitlines() if "==" in line] == [
            "idna",
            "some-client[fast]",
        ]

    def test_has_each_version_that_a_release_of_python_decides_on(self) -> None:
        idna = "idna==4.0 ; python_full_version >= '3.12' \\\n    --hash=sha256:gg\n"
        lock = LOCK.replace(
            "some-client[fast]==", f"{idna}    # via some-client\nsome-client[fast]=="
        )
        part = part_of_lock(lock, "some-client[fast]")
        assert (part.count("idna==3.1"), part.count("idna==4.0")) == (1, 1)

    def test_does_not_say_that_the_service_asked_for_what_only_others_want(self) -> None:
        lock = LOCK.replace("#   django-htmx\ndjango-htmx", "#   some-client\ndjango-htmx")
        django = (
            part_of_lock(lock, "some-client[fast]").partition("django==")[2].partition("idna")[0]
        )
        assert "some-client" in django
        assert "-r run.in" not in django

    def test_of_everything_is_the_whole_lock(self) -> None:
        assert part_of_lock(LOCK, "django\ndjango-htmx\n", "some-client") == LOCK


def test_names_in_leaves_comments_and_references_out() -> None:
    assert list(names_in(["# why\n-r run.in\nUUID_utils>=1\npsycopg[binary]"])) == [
        "uuid-utils",
        "psycopg",
    ]
