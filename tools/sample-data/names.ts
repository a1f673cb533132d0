/** Words of which the names in sample data are made; whoever bears such a name is meant by none of them. */

export const FIRST_NAMES =
  "Ada Amos Bea Carl Cora Dean Edith Felix Gwen Hugo Ines Jonas Kira Leon Mona Nils Olga Petra Quinn Rosa Silas Tara Uma Victor Wanda Yara".split(
    " ",
  );
export const LAST_NAMES =
  "Abbott Archer Baker Barton Bishop Brooks Carter Chapman Cole Cooper Dalton Dawson Dixon Ellis Fisher Fletcher Foster Gardner Gibson Graves Hale Harper Hayes Holt Hudson Ingram Jarvis Keller Kemp Lambert Lawson Mercer Miles Nash Norton Osborne Palmer Porter Quincy Ramsey Reeves Sawyer Shaw Slater Sutton Tanner Thorne Turner Vance Wade Walsh Warren Webb Yates".split(
    " ",
  );
export const CHINESE_SURNAMES = [..."王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"];
export const CHINESE_GIVEN = [..."伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰建文博宇欣浩然子涵雨辰思远佳怡"];

export const COMPANY_STEMS =
  "Alder Amber Aspen Beacon Birch Bluefield Bridgeport Cedar Clearwater Copper Eastgate Elm Fairview Falcon Granite Harbor Heron Ivory Juniper Lakeside Maple Meridian Northwind Oakridge Pioneer Quarry Redwood Silverline Summit Westbrook".split(
    " ",
  );
export const COMPANY_ENDINGS = [
  "Analytics",
  "Components",
  "Consulting",
  "Foods",
  "Freight",
  "Instruments",
  "Labs",
  "Logistics",
  "Media",
  "Motors",
  "Partners",
  "Systems",
  "Textiles",
  "Works",
];
export const CHINESE_STEMS = "华星 东方 瑞丰 新泰 恒通 金桥 天元 鸿达 联创 博远 嘉禾 德盛".split(" ");
export const CHINESE_ENDINGS = [
  "科技有限公司",
  "贸易有限公司",
  "软件股份有限公司",
  "物流有限公司",
  "医疗器械有限公司",
  "电子集团",
];

export const INDUSTRIES = [
  "Financial Services",
  "IT Services",
  "Government/Military",
  "Consulting",
  "Technology",
  "Service Provider",
  "Communications",
  "Manufacturing",
  "Pharma",
  "Education",
];
export const SOURCES = [
  "Cold Call",
  "Partner",
  "Online Store",
  "Advertisement",
  "Trade Show",
  "Employee Referral",
  "Web Research",
  "External Referral",
  "Sales Mail Alias",
  "Public Relations",
];
export const CAMPAIGN_TYPES = [
  "Public Relations",
  "Conference",
  "Partners",
  "Email",
  "Direct mail",
  "Referral Program",
  "Advertisement",
  "Telemarketing",
  "Webinar",
  "Others",
];
export const CAMPAIGN_TOPICS = [
  "Analytics",
  "Inventory",
  "Mobile App",
  "Onboarding",
  "Partner Day",
  "Pricing",
  "Reporting",
  "Spring Offer",
  "Trade Fair",
  "春季促销",
  "新品发布",
  "用户大会",
];
export const CALL_PURPOSES = ["Prospecting", "Demo", "Support", "Negotiation", "Administrative"];
export const CALL_SUBJECTS = [
  "Sales follow-up",
  "General queries",
  "Call back",
  "Voice mail",
  "Pricing",
  "Invoice question",
  "产品咨询",
  "续约沟通",
  "Technical assistance",
];
export const EVENT_SUBJECTS = ["Demo", "Training", "Kick-off", "Review meeting", "Site visit", "产品演示", "季度回顾"];
export const TASK_SUBJECTS = [
  "Follow up",
  "follow up",
  "Call",
  "Email",
  "Call for renewal",
  "Send the offer",
  "跟进报价",
  "Demo",
];

/** Area codes of the United States. */
export const AREA_CODES = "206 212 213 214 303 305 312 404 408 415 503 512 602 612 617 702 713 718 801 813 919".split(
  " ",
);
