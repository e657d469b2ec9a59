import pytest
from tests import cast
from tests.cast import moment
pytestmark = pytest.mark.django_db
def test_smoke(world, applicant, clerk, at, client_of):
    c = client_of(applicant)
    r = c.get("/en/apply/talent-grade-1/"); assert r.status_code==200
    r = c.post("/en/apply/talent-grade-1/"); assert r.status_code==302, r.content
    url=r["Location"]; print(url)
    r=c.get(url); assert r.status_code==200
    base=url.rsplit("identity",1)[0]
    r=c.post(url); assert r["Location"]==base+"basics/"
    r=c.get(base+"basics/"); assert r.status_code==200
    r=c.get(base+"materials/"); assert r["Location"]==base+"basics/"
    r=c.post(base+"basics/",{"q-level":"D","q-employer":"示例","window":str(world.window.pk)}); assert r["Location"]==base+"materials/", r.content.decode()
    r=c.get(base+"materials/"); assert r.status_code==200
    open("/tmp/m.html","wb").write(r.content)
    from applications.models import Case
    case=Case.objects.get()
    cast.hand_in(case,applicant,*("id","degree","photo"),now=moment("2026-09-18 10:00"))
    r=c.get(base+"materials/"); assert b"commitment" in r.content
    ms={m.spec.key:m.pk for m in case.materials.all()}
    r=c.post(base+"materials/",{f"reason_{ms[k]}":"BY_POST" for k in("works","form")}|{f"day_{ms[k]}":"2026-09-24" for k in("works","form")}); assert r["Location"]==base+"check/", r.content.decode()
    r=c.get(base+"check/"); assert r.status_code==200
    r=c.post(base+"check/"); assert r["Location"]==base+"sign/"
    r=c.get(base+"sign/"); assert r.status_code==200
    r=c.post(base+"sign/",{"declares":"on","agrees":"on","signed_name":"陈思远","signature":"M1 2L3 4"}); assert r.status_code==302, r.content.decode()
    print(r["Location"])
    r=c.get(r["Location"]); assert r.status_code==200
    open("/tmp/c.html","wb").write(r.content)
    for u in ["/en/me/","/en/me/applications/","/en/progress/"]:
        assert c.get(u).status_code==200
    case=Case.objects.get()
    for p in case.papers.all():
        assert c.get(f"/en/me/papers/{p.public_id}/words/").status_code==200
    r=c.post("/en/progress/",{"case_no":case.case_no,"code":case.query_code}); assert b"Looks" in r.content or b"Waiting for acceptance" in r.content
    assert c.get(f"/en/me/applications/{case.case_no}/withdraw/").status_code==200
    assert c.get(f"/en/me/applications/{case.case_no}/supplement/").status_code in (200,302)
