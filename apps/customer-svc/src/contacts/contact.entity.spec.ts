import { EVENTS } from "@kehu/contracts";
import { Contact } from "./contact.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");

const aContact = (data: Partial<Contact> = {}): Contact =>
  Object.assign(new Contact(), {
    id: "0199c1a0-0000-7000-8000-000000000002",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    personId: "0199c1a0-0000-7000-8000-0000000000b1",
    firstName: null,
    lastName: "王",
    title: null,
    accountId: null,
    source: null,
    contactPoints: [],
    emails: [],
    phones: [],
    ...data,
  });

const aNewContact = () => aContact({ version: 0, personId: undefined, lastName: undefined });

describe("Contact", () => {
  it("states what the contract says, and nothing else", () => {
    const { contact } = EVENTS["customer.contact.created"].example;
    expect(Object.keys(aContact().state()).sort()).toEqual(Object.keys(contact).sort());
  });

  describe("when it is born", () => {
    it("becomes a person of its own", () => {
      const contact = aNewContact();
      expect(contact.open({ lastName: "李" }, NOW, "")).toMatchObject([
        { type: "customer.contact.created", version: 1 },
      ]);
      expect(contact.personId).toMatch(/^[0-9a-f-]{36}$/);
      expect(contact).toMatchObject({ contactPoints: [], emails: [], phones: [] });
    });

    it("keeps the person that an import names, and asks for a last name", () => {
      const contact = aNewContact();
      const personId = "0199c1a0-0000-7000-8000-0000000000b9";
      expect(() => contact.imported({ personId }, NOW, "")).toThrow(
        expect.objectContaining({ code: "request.invalid" }),
      );
      expect(contact.imported({ personId, lastName: "李" }, NOW, "")).toHaveLength(1);
      expect(contact.personId).toBe(personId);
    });

    it("stays who it is, whatever an import says later", () => {
      const contact = aContact();
      const { personId } = contact;
      const other = { personId: "0199c1a0-0000-7000-8000-0000000000b9" };
      const errors = [expect.objectContaining({ field: "personId" })];
      expect(() => contact.imported(other, NOW, "")).toThrow(
        expect.objectContaining({ status: 422, code: "contact.person-stays", members: { errors } }),
      );
      expect(contact.imported({ personId: personId.toUpperCase() }, NOW, "")).toEqual([]);
      expect(contact.personId).toBe(personId);
    });

    it("takes over what sales says of a lead, whatever it is", () => {
      const contact = aNewContact();
      const person = {
        ownerId: "0199c1a0-0000-7000-8000-00000000000a",
        personId: "0199c1a0-0000-7000-8000-0000000000b1",
        firstName: "伟",
        lastName: "王",
        email: "wang@a.example",
        phone: "110",
        source: "web",
        accountId: null,
      };
      expect(contact.converted(person, NOW)).toMatchObject([{ type: "customer.contact.created" }]);
      expect(contact).toMatchObject({ personId: person.personId, ownerId: person.ownerId, source: "web" });
      expect([contact.valuesOf("email"), contact.valuesOf("phone")]).toEqual([["wang@a.example"], ["110"]]);
    });
  });

  describe("when its contact points change", () => {
    it("keeps their values by kind and reports one fact", () => {
      const contact = aContact();
      const events = contact.update({ contactPoints: [{ kind: "email", value: "A@b.example" }] }, NOW, "");
      expect(events).toMatchObject([{ type: "customer.contact.updated", version: 2 }]);
      expect(contact.valuesOf("email")).toEqual(["a@b.example"]);
    });

    it("reports nothing when they are as before, in whatever order Postgres keeps their properties", () => {
      const contact = aContact({ contactPoints: [{ primary: true, value: "a@b.example", kind: "email" }] });
      expect(contact.update({ contactPoints: [{ kind: "email", value: "A@b.example" }] }, NOW, "")).toEqual([]);
    });

    it("changes nothing at all when one of them is bad", () => {
      const contact = aContact();
      const patch = { lastName: "李", contactPoints: [{ kind: "email" as const, value: "bad" }] };
      expect(() => contact.update(patch, NOW, "")).toThrow(expect.objectContaining({ status: 422 }));
      expect(contact.lastName).toBe("王");
    });
  });
});
